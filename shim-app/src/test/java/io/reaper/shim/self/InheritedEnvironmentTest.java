package io.reaper.shim.self;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class InheritedEnvironmentTest {

    @Test
    void whatASupervisorSaysToUsGoesNoFurther() {
        Map<String, String> all =
                Map.of(
                        "NOTIFY_SOCKET", "/run/n",
                        "LISTEN_FDS", "2",
                        "LISTEN_PID", "7",
                        "LISTEN_FDNAMES", "a:b",
                        "LISTEN_FDS_", "kept",
                        "PATH", "/bin");
        assertEquals(
                Map.of("LISTEN_FDS_", "kept", "PATH", "/bin"), InheritedEnvironment.without(all));
    }
}
