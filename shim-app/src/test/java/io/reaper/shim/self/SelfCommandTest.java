package io.reaper.shim.self;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.shim.ReaperShim;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfCommandTest {

    @Test
    void keepsJavaAndItsOptions() {
        assertEquals(
                List.of("java", "-Xmx128m", "-jar", "/x/shim.jar"),
                SelfCommand.prefix(
                        List.of("java", "-Xmx128m", "-jar", "/x/shim.jar", "-id", "a", "start")));
        assertEquals(
                List.of("java", "-cp", "/x", "io.reaper.shim.ReaperShim"),
                SelfCommand.prefix(
                        List.of("java", "-cp", "/x", "io.reaper.shim.ReaperShim", "start")));
    }

    @Test
    void knowsTheProgramsEntry() {
        assertEquals(ReaperShim.class.getName(), SelfCommand.MAIN_CLASS);
    }

    @Test
    void keepsAnExecutablesName() {
        assertEquals(List.of("shim"), SelfCommand.prefix(List.of("shim", "-id", "a", "start")));
    }

    @Test
    void aProgramThatWasReplacedIsWhereItWas() {
        assertEquals("/usr/bin/shim", SelfCommand.installed("/usr/bin/shim"));
        assertEquals("/usr/bin/shim", SelfCommand.installed("/usr/bin/shim (deleted)"));
    }
}
