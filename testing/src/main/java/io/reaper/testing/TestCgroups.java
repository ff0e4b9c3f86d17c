package io.reaper.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The machine's cgroups, which a {@link PrivateNode} shares. */
public final class TestCgroups {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

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

    private static void remove(Path cgroup) {
        children(cgroup).forEach(TestCgroups::remove);
        try {
            Files.delete(cgroup);
        } catch (IOException e) {
            throw new AssertionError("cannot remove cgroup " + cgroup, e);
        }
    }

    private static List<Path> children(Path parent) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, Files::isDirectory)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            throw new AssertionError("cannot list " + parent, e);
        }
        return found;
    }
}
