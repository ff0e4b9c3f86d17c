package io.reaper.linux.cgroup;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the hierarchies of control groups are mounted ({@code cgroups(7)}, {@code
 * proc_pid_mountinfo(5)}).
 *
 * @param unifiedHost whether the host has version 2 alone, which is how containerd chooses what it
 *     decodes statistics as
 */
public record Hierarchies(boolean unifiedHost, List<Hierarchy> mounted) {

    /** What stands for version 2 in place of a controller. */
    public static final String UNIFIED = "";

    private static final long CGROUP2_SUPER_MAGIC = 0x63677270;
    private static final List<Path> USUAL_MOUNTS =
            List.of(Path.of("/sys/fs/cgroup"), Path.of("/sys/fs/cgroup/unified"));
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int LIMIT = 16 * 1024 * 1024;

    /**
     * A mount of one.
     *
     * @param controllers of version 1; {@link #UNIFIED} alone of version 2
     * @param root the group that lies at the mount's top
     */
    public record Hierarchy(List<String> controllers, Path mount, String root) {

        private Optional<Cgroup> find(String group) {
            boolean below = !root.equals("/") && (group + "/").startsWith(root + "/");
            try {
                Cgroup found = Cgroup.at(mount, below ? group.substring(root.length()) : group);
                return found.exists() ? Optional.of(found) : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.empty(); // the top itself, or out of this process's sight
            }
        }
    }

    /** Whether the host has version 2 alone: then it is what lies at {@code /sys/fs/cgroup}. */
    public static boolean isHostUnified() {
        return LinuxFiles.isOn(USUAL_MOUNTS.getFirst(), CGROUP2_SUPER_MAGIC);
    }

    /** Where a cgroup2 filesystem is mounted, alone or beside version 1. */
    public static Optional<Path> unifiedMount() {
        for (Path usual : USUAL_MOUNTS) {
            if (LinuxFiles.isOn(usual, CGROUP2_SUPER_MAGIC)) {
                return Optional.of(usual);
            }
        }
        return parse(mountinfo()).stream()
                .filter(hierarchy -> hierarchy.controllers().contains(UNIFIED))
                .map(Hierarchy::mount)
                .findFirst();
    }

    static Hierarchies ofHost() {
        String text;
        try {
            text = mountinfo();
        } catch (LinuxException e) {
            text = ""; // then processes alone are measured
        }
        return new Hierarchies(isHostUnified(), parse(text));
    }

    private static String mountinfo() {
        return LinuxFiles.read(MOUNTS, LIMIT)
                .map(content -> new String(content, StandardCharsets.UTF_8))
                .orElse("");
    }

    static List<Hierarchy> parse(String mountinfo) {
        return mountinfo.lines().flatMap(line -> hierarchy(line).stream()).toList();
    }

    private static Optional<Hierarchy> hierarchy(String line) {
        int separator = line.indexOf(" - cgroup");
        String[] mount = line.split(" ", 6);
        if (separator < 0 || mount.length < 6) {
            return Optional.empty();
        }
        String[] kind = line.substring(separator + 3).split(" ", 3);
        List<String> controllers =
                kind[0].equals("cgroup2")
                        ? List.of(UNIFIED)
                        : Arrays.asList(kind[kind.length - 1].split(",", 0));
        try {
            Path path = Path.of(plain(mount[4]));
            return Optional.of(new Hierarchy(controllers, path, plain(mount[3])));
        } catch (InvalidPathException e) {
            return Optional.empty(); // in characters that this process cannot write
        }
    }

    /** Blanks and the like are written as three octal digits. */
    private static String plain(String escaped) {
        return escaped.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    /**
     * The group in the hierarchy of that controller.
     *
     * @param controller of version 1, or {@link #UNIFIED}
     * @return empty if there is no such group, or none any more
     */
    public Optional<Cgroup> group(ControlGroups groups, String controller) {
        for (Map.Entry<String, String> group : groups.paths().entrySet()) {
            if (controllers(group.getKey()).contains(controller)) {
                return mounted.stream()
                        .filter(hierarchy -> hierarchy.controllers().contains(controller))
                        .flatMap(hierarchy -> hierarchy.find(group.getValue()).stream())
                        .findFirst();
            }
        }
        return Optional.empty();
    }

    /** Whether one of these groups, there or gone, is in a hierarchy of that controller. */
    public boolean hold(ControlGroups groups, String controller) {
        return groups.paths().keySet().stream()
                        .anyMatch(key -> controllers(key).contains(controller))
                && mounted.stream().anyMatch(h -> h.controllers().contains(controller));
    }

    /** Of {@code 4:cpu,cpuacct}; of version 2, which is {@code 0:}, the empty one. */
    private static List<String> controllers(String hierarchy) {
        return Arrays.asList(hierarchy.substring(hierarchy.indexOf(':') + 1).split(",", -1));
    }
}
