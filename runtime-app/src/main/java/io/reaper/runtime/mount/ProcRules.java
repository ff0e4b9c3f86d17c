package io.reaper.runtime.mount;

import java.util.Set;

/**
 * What may be mounted on /proc and below it: labels and limits are written there, and a container
 * that had something else there would be without them (CVE-2019-16884).
 */
final class ProcRules {

    static final String PROC = "/proc";

    /** What lxcfs gives a container, and two files that some want to change. */
    private static final Set<String> FILES =
            Set.of(
                    "/proc/cpuinfo",
                    "/proc/diskstats",
                    "/proc/meminfo",
                    "/proc/stat",
                    "/proc/swaps",
                    "/proc/uptime",
                    "/proc/loadavg",
                    "/proc/slabinfo",
                    "/proc/sys/kernel/ns_last_pid",
                    "/proc/sys/crypto/fips_enabled");

    private ProcRules() {}

    static boolean isBelow(String path) {
        return path.startsWith(PROC + "/");
    }

    /** Whether a bind mount may be there, below /proc. */
    static boolean mayCover(String path) {
        return FILES.contains(path);
    }
}
