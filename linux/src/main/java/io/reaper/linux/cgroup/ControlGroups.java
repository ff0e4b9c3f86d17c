package io.reaper.linux.cgroup;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The control groups of a process (cgroups(7), {@code /proc/PID/cgroup}).
 *
 * @param paths by hierarchy: its number and controllers, as {@code 4:memory}
 */
public record ControlGroups(Map<String, String> paths) {

    private static final int LIMIT = 64 * 1024;

    /** Knows nothing of any process. */
    public static final ControlGroups NONE = new ControlGroups(Map.of());

    /** {@link #NONE} of a process that is gone. */
    public static ControlGroups of(int pid) {
        try {
            return LinuxFiles.read(Path.of("/proc/" + pid + "/cgroup"), LIMIT)
                    .map(text -> parse(new String(text, StandardCharsets.UTF_8)))
                    .orElse(NONE);
        } catch (LinuxException e) {
            return NONE; // it ended while being read
        }
    }

    static ControlGroups parse(String text) {
        Map<String, String> paths = new HashMap<>();
        for (String line : text.split("\n", 0)) {
            int path = line.indexOf(":/");
            if (path > 0) {
                paths.put(line.substring(0, path), line.substring(path + 1));
            }
        }
        return new ControlGroups(paths);
    }

    /** Those alone that the other process is not in; never the root of a hierarchy. */
    public ControlGroups unlike(ControlGroups other) {
        Map<String, String> different = new HashMap<>(paths);
        different.entrySet().removeAll(other.paths.entrySet());
        different.values().removeIf("/"::equals);
        return new ControlGroups(different);
    }

    /** Whether these groups tell nobody apart. */
    public boolean isEmpty() {
        return paths.isEmpty();
    }

    /** Whether the other process is in each of these groups, or below it. */
    public boolean hold(ControlGroups other) {
        return paths.entrySet().stream()
                .allMatch(group -> isBelow(group.getValue(), other.paths.get(group.getKey())));
    }

    private static boolean isBelow(String group, String path) {
        return path != null && (path.equals(group) || path.startsWith(group + "/"));
    }
}
