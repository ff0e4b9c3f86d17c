package io.reaper.runtime.cgroup;

import io.reaper.linux.text.Excerpt;
import java.util.regex.Pattern;

/**
 * {@code slice:prefix:name}, what {@code linux.cgroupsPath} is where systemd manages the groups
 * (runc, docs/systemd.md). Kubelet makes a slice for each pod.
 *
 * @param slice path of the slice's group, without a leading slash; empty is the hierarchy's root
 * @param unit name of the container's group in it
 */
record SystemdScope(String slice, String unit) {

    private static final String DEFAULT = "system.slice";
    private static final String ROOT = "-.slice";
    private static final String SUFFIX = ".slice";
    private static final int LONGEST = 255; // characters of a unit's name, of a directory's
    private static final Pattern LEVEL = Pattern.compile("[\\w@\\\\][\\w@\\\\.]*");
    private static final Pattern NAME = Pattern.compile("[\\w@\\\\.+-]+");

    /** Whether a path is meant to have this form: a cgroup's own path has slashes. */
    static boolean isMeantBy(String path) {
        int first = path.indexOf(':');
        return first >= 0 && path.indexOf(':', first + 1) > first && path.indexOf('/') < 0;
    }

    /**
     * @throws IllegalArgumentException if a part is missing, or is no name of a slice or unit
     */
    static SystemdScope parse(String path) {
        String[] parts = path.split(":", -1);
        if (parts.length != 3
                || !NAME.matcher(parts[1]).matches()
                || !NAME.matcher(parts[2]).matches()) {
            throw wrong(path);
        }
        return new SystemdScope(expand(parts[0], path), parts[1] + "-" + parts[2] + ".scope");
    }

    /** {@code a-b.slice}: {@code a.slice/a-b.slice}. */
    private static String expand(String slice, String path) {
        if (slice.isEmpty() || slice.equals(ROOT)) {
            return slice.isEmpty() ? DEFAULT : "";
        }
        if (!slice.endsWith(SUFFIX) || slice.length() > LONGEST) {
            throw wrong(path);
        }
        StringBuilder expanded = new StringBuilder();
        String name = "";
        for (String level : slice.substring(0, slice.length() - SUFFIX.length()).split("-", -1)) {
            if (!LEVEL.matcher(level).matches()) {
                throw wrong(path);
            }
            name += (name.isEmpty() ? "" : "-") + level;
            expanded.append(expanded.isEmpty() ? "" : "/").append(name).append(SUFFIX);
        }
        return expanded.toString();
    }

    private static IllegalArgumentException wrong(String path) {
        return new IllegalArgumentException(
                Excerpt.quoted(path) + " is not SLICE.slice:PREFIX:NAME");
    }

    /** Where the container's group is to be. */
    String path() {
        return slice + "/" + unit;
    }
}
