package io.reaper.linux.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.cgroup.Hierarchies.Hierarchy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HierarchiesTest {

    @TempDir private Path directory;

    @Test
    void mountsOfBothVersions() {
        assertEquals(
                List.of(
                        new Hierarchy(
                                List.of("rw", "cpu", "cpuacct"),
                                Path.of("/sys/fs/cgroup/cpu"),
                                "/"),
                        new Hierarchy(List.of(""), Path.of("/sys/fs/cgroup/uni fied"), "/../x")),
                Hierarchies.parse(
                        """
                        22 1 0:20 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
                        23 22 0:21 / /sys/fs/cgroup/cpu rw shared:4 - cgroup cgroup rw,cpu,cpuacct
                        24 22 0:22 /../x /sys/fs/cgroup/uni\\040fied rw - cgroup2 cgroup2 rw
                        25 22 0:23
                         - cgroup2
                        """));
    }

    private Path group(String path) throws Exception {
        return Files.createDirectories(directory.resolve(path));
    }

    private Hierarchies mounted(String root) {
        return new Hierarchies(
                false,
                List.of(
                        new Hierarchy(
                                List.of("rw", "cpu", "cpuacct"), directory.resolve("a"), root),
                        new Hierarchy(
                                List.of("rw", "cpu", "cpuacct"), directory.resolve("b"), root),
                        new Hierarchy(List.of(""), directory.resolve("unified"), root)));
    }

    @Test
    void aGroupIsFoundWhereItIs() throws Exception {
        ControlGroups groups =
                new ControlGroups(Map.of("4:cpu,cpuacct", "/pods/c", "0:", "/pods/c"));
        Path second = group("b/pods/c");
        Hierarchies mounted = mounted("/");
        assertEquals(Optional.of(second), mounted.group(groups, "cpu").map(Cgroup::directory));
        assertEquals(Optional.of(second), mounted.group(groups, "cpuacct").map(Cgroup::directory));
        assertEquals(Optional.empty(), mounted.group(groups, "memory").map(Cgroup::directory));
        assertEquals(
                Optional.empty(),
                mounted.group(groups, Hierarchies.UNIFIED).map(Cgroup::directory));
        assertTrue(mounted.hold(groups, Hierarchies.UNIFIED), "gone, but it was there");
        assertFalse(mounted.hold(groups, "memory"));
        assertFalse(mounted.hold(ControlGroups.NONE, Hierarchies.UNIFIED));
    }

    /** A node that is itself a container sees its hierarchies from within. */
    @Test
    void aMountMayBeginBelowTheTop() throws Exception {
        ControlGroups groups = new ControlGroups(Map.of("0:", "/docker/node/pods/c"));
        Path found = group("unified/pods/c");
        assertEquals(
                Optional.of(found),
                mounted("/docker/node").group(groups, Hierarchies.UNIFIED).map(Cgroup::directory));
        assertEquals(
                Optional.empty(),
                mounted("/docker/no").group(groups, Hierarchies.UNIFIED).map(Cgroup::directory));
    }

    @Test
    void noGroupLeadsOut() throws Exception {
        group("unified/x");
        group("outside");
        for (String path : List.of("/", "/..", "/../outside", "/x/../../outside")) {
            ControlGroups groups = new ControlGroups(Map.of("0:", path));
            assertEquals(
                    Optional.empty(),
                    mounted("/").group(groups, Hierarchies.UNIFIED).map(Cgroup::directory),
                    path);
        }
    }
}
