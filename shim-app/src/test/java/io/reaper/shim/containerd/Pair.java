package io.reaper.shim.containerd;

import io.reaper.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A shim and the runtime behind it: ours, a peer's, and both crossings. */
enum Pair {
    REAPER(true, true),
    REAPER_SHIM_WITH_RUNC(true, false),
    RUNC_SHIM_WITH_REAPER_RUNTIME(false, true),
    /** Nothing of ours: it shows that a scenario asks for what containerd's own shim does too. */
    RUNC(false, false);

    private static final Path RUNC_BINARY = Path.of("/usr/sbin/runc");

    private final boolean reaperShim;
    private final boolean reaperRuntime;

    Pair(boolean reaperShim, boolean reaperRuntime) {
        this.reaperShim = reaperShim;
        this.reaperRuntime = reaperRuntime;
    }

    boolean hasReaperShim() {
        return reaperShim;
    }

    boolean hasReaperRuntime() {
        return reaperRuntime;
    }

    /** Options of `ctr run` that choose this pair. */
    List<String> runOptions() {
        List<String> options = new ArrayList<>(List.of("--runtime"));
        if (reaperShim) {
            options.add("io.containerd.reaper.v2");
        } else {
            options.add("io.containerd.runc.v2");
            options.addAll(List.of("--runc-binary", runtime().toString()));
        }
        return options;
    }

    /** What containerd's environment holds for this pair, besides its PATH. */
    Map<String, String> environment(Path directory) {
        return Map.of(
                "REAPER_ISOLATION", "host",
                "REAPER_RUNTIME_PATH", runtime().toString(),
                "REAPER_CONFIG", directory.resolve("reaper.conf").toString(),
                "REAPER_SHIM_LOG", directory.resolve("shim.log").toString(),
                "REAPER_RUNTIME_LOG", directory.resolve("runtime.log").toString());
    }

    /** The directories that come first in containerd's PATH. */
    List<Path> path() {
        return reaperShim || reaperRuntime ? List.of(Programs.directory()) : List.of();
    }

    private Path runtime() {
        if (reaperRuntime) {
            return Programs.runtime();
        }
        if (!Files.isExecutable(RUNC_BINARY)) {
            throw new AssertionError("not an executable: " + RUNC_BINARY);
        }
        return RUNC_BINARY;
    }
}
