package io.reaper.shim.stats;

import io.reaper.linux.cgroup.GroupFiles;
import java.util.Map;
import java.util.Optional;

/** What memory a container uses, and who says so. */
sealed interface MemoryUse {

    /**
     * The controller {@code memory} of version 2: {@code memory.current} and the files beside it.
     */
    record Unified(GroupFiles group, long usage) implements MemoryUse {}

    /** The controller {@code memory} of version 1: {@code memory.usage_in_bytes} and so on. */
    record Legacy(GroupFiles group, long usage) implements MemoryUse {}

    /** No controller: the sum over the processes. */
    record Processes(ProcessTotals totals) implements MemoryUse {}

    static Optional<MemoryUse> ofUnified(GroupFiles group) {
        return group.number("memory.current").map(usage -> new Unified(group, usage));
    }

    static Optional<MemoryUse> ofLegacy(GroupFiles group) {
        return group.number("memory.usage_in_bytes").map(usage -> new Legacy(group, usage));
    }

    /** {@code memory.stat}; without a controller the same keys as far as they are known. */
    default Map<String, Long> stat() {
        return switch (this) {
            case Unified unified -> unified.group.table("memory.stat");
            case Legacy legacy -> legacy.group.table("memory.stat");
            case Processes(ProcessTotals totals) -> {
                long file = totals.files() + totals.shared();
                yield Map.of(
                        "anon", totals.anonymous(),
                        "file", file,
                        "file_mapped", file,
                        "shmem", totals.shared(),
                        "rss", totals.anonymous(),
                        "cache", file,
                        "mapped_file", file,
                        "total_rss", totals.anonymous(),
                        "total_cache", file,
                        "total_mapped_file", file);
            }
        };
    }
}
