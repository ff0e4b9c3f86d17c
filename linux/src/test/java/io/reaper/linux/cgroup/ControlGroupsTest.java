package io.reaper.linux.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlGroupsTest {

    private static final ControlGroups SHIM =
            ControlGroups.parse(
                    """
                    5:memory:/system.slice
                    4:cpu,cpuacct:/
                    0::/system.slice/containerd.service
                    """);

    private static ControlGroups unified(String path) {
        return ControlGroups.parse("5:memory:/system.slice\n4:cpu,cpuacct:/\n0::" + path + "\n");
    }

    @Test
    void onlyWhatTellsApartCounts() {
        assertEquals(Map.of("0:", "/reaper/a"), unified("/reaper/a").unlike(SHIM).paths());
        assertTrue(SHIM.unlike(SHIM).isEmpty());
        assertTrue(ControlGroups.parse("4:cpu:/\n").unlike(ControlGroups.NONE).isEmpty());
    }

    @Test
    void holdsItsOwnAndWhatIsBelow() {
        ControlGroups container = unified("/reaper/a").unlike(SHIM);
        assertTrue(container.hold(unified("/reaper/a")));
        assertTrue(container.hold(unified("/reaper/a/below:/odd")));
        assertFalse(container.hold(unified("/reaper/ab")));
        assertFalse(container.hold(unified("/reaper")));
        assertFalse(container.hold(SHIM));
        assertFalse(container.hold(ControlGroups.NONE));
    }

    @Test
    void ofAProcess() {
        int self = (int) ProcessHandle.current().pid();
        assertEquals(ControlGroups.of(self), ControlGroups.of(self));
        assertEquals(ControlGroups.NONE, ControlGroups.of(Integer.MAX_VALUE));
    }
}
