package io.reaper.linux.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.cgroup.Freezer.Condition;
import io.reaper.linux.cgroup.Hierarchies.Hierarchy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Out of files that the test has written. */
class FreezerTest {

    private static final ControlGroups GROUPS =
            new ControlGroups(Map.of("0:", "/c", "7:freezer", "/c"));

    @TempDir private Path directory;
    private Freezer freezer;

    @BeforeEach
    void mount() throws Exception {
        Files.createDirectories(directory.resolve("unified/c"));
        Files.createDirectories(directory.resolve("freezer/c"));
        Hierarchies hierarchies =
                new Hierarchies(
                        false,
                        List.of(
                                new Hierarchy(
                                        List.of("rw", "freezer"),
                                        directory.resolve("freezer"),
                                        "/"),
                                new Hierarchy(
                                        List.of(Hierarchies.UNIFIED),
                                        directory.resolve("unified"),
                                        "/")));
        freezer = new Freezer(() -> hierarchies);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, THAWED",
        "1, 0, FREEZING",
        "1, 1, FROZEN",
        "0, 1, FROZEN", // by the group above
    })
    void ofVersion2(int asked, int frozen, Condition condition) throws Exception {
        Path group = directory.resolve("unified/c");
        Files.writeString(group.resolve("cgroup.freeze"), asked + "\n");
        Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen " + frozen + "\n");
        assertEquals(condition, freezer.of(GROUPS));
    }

    @ParameterizedTest
    @CsvSource({"THAWED, THAWED", "FREEZING, FREEZING", "FROZEN, FROZEN"})
    void ofVersion1(String state, Condition condition) throws Exception {
        Files.writeString(directory.resolve("freezer/c/freezer.state"), state + "\n");
        assertEquals(condition, freezer.of(GROUPS));
    }

    @Test
    void nothingThatCouldFreezeIsThawed() {
        assertEquals(Condition.THAWED, freezer.of(GROUPS));
        assertEquals(Condition.THAWED, freezer.of(ControlGroups.NONE));
        assertEquals(Condition.THAWED, freezer.of(new ControlGroups(Map.of("0:", "/gone"))));
    }
}
