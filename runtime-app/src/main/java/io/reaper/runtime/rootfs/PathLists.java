package io.reaper.runtime.rootfs;

import io.reaper.linux.file.RootDirectory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code linux.maskedPaths} and {@code linux.readonlyPaths}. */
public final class PathLists {

    private PathLists() {}

    /** As written, in their order; of those that say the same the first. */
    public static List<String> withoutDuplicates(List<String> paths) {
        Set<String> seen = new HashSet<>();
        List<String> kept = new ArrayList<>();
        for (String path : paths) {
            if (seen.add(RootDirectory.clean(path))) {
                kept.add(path);
            }
        }
        return List.copyOf(kept);
    }
}
