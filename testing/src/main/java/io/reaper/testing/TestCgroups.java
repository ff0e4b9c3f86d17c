package io.reaper.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The machine's cgroups, which a {@link PrivateNode} shares. */
public final class TestCgroups {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private TestCgroups() {}

    /** Makes a cgroup at the root of every hierarchy, as a kubelet does for pods. */
    public static void make(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                // … root, mount point, options, optional fields, "-", type of file system (proc(5))
                if (line.contains(" - cgroup")) {
                    Path hierarchy = Path.of(line.split(" ", -1)[4]);
                    Files.createDirectories(hierarchy.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new AssertionError("cannot make cgroup " + name, e);
        }
    }

    /** The cgroups with this name at the root of every hierarchy. */
    public static List<Path> named(String name) {
        List<Path> hierarchies = new ArrayList<>(children(ROOT));
        hierarchies.add(ROOT);
        return hierarchies.stream()
                .map(hierarchy -> hierarchy.resolve(name))
                .filter(Files::isDirectory)
                .toList();
    }

    /** All that is in the cgroups with this name. */
    public static List<Path> below(String name) {
        return named(name).stream().flatMap(cgroup -> children(cgroup).stream()).toList();
    }

    /** Removes the cgroups with this name and all below them; no process may be left in one. */
    public static void remove(String name) {
        named(name).forEach(TestCgroups::remove);
    }

    /** A process that has been reaped may leave its cgroup a moment later (Linux 6.19). */
    private static void remove(Path cgroup) {
        children(cgroup).forEach(TestCgroups::remove);
        IOException[] refusal = new IOException[1];
        Await.until(
                DEADLINE,
                () -> {
                    try {
                        Files.deleteIfExists(cgroup);
                        return true;
                    } catch (IOException e) {
                        refusal[0] = e;
                        return false;
                    }
                },
                () -> "cgroup " + cgroup + " is removed: " + refusal[0]);
    }

    private static List<Path> children(Path parent) {
        return Listing.of(parent).stream().filter(Files::isDirectory).toList();
    }
}
