package io.reaper.shim.stats;

import static java.util.Map.entry;

import com.google.protobuf.Any;
import io.reaper.linux.cgroup.GroupFiles;
import io.reaper.proto.cgroups.v1.CPUStat;
import io.reaper.proto.cgroups.v1.CPUUsage;
import io.reaper.proto.cgroups.v1.MemoryEntry;
import io.reaper.proto.cgroups.v1.MemoryOomControl;
import io.reaper.proto.cgroups.v1.MemoryStat;
import io.reaper.proto.cgroups.v1.Metrics;
import io.reaper.proto.cgroups.v1.PidsStat;
import io.reaper.proto.cgroups.v1.Throttle;
import io.reaper.shim.stats.CpuTime.Throttling;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjLongConsumer;

/** Figures as containerd takes them on a host with cgroups of version 1, with 2 beside or not. */
final class LegacyMetrics {

    /** Without a host before it: callers compare it exactly (containerd/typeurl). */
    private static final String TYPE = "io.containerd.cgroups.v1.Metrics";

    private static final long NANOS_PER_MICRO = 1000;

    /** No limit, as the kernel says it: whole pages. */
    private static final long UNLIMITED = Long.MAX_VALUE & -4096L;

    private static final Throttling UNTHROTTLED = new Throttling(0, 0, 0);

    private static final Map<String, ObjLongConsumer<MemoryStat.Builder>> MEMORY_STAT =
            Map.ofEntries(
                    entry("cache", MemoryStat.Builder::setCache),
                    entry("rss", MemoryStat.Builder::setRss),
                    entry("rss_huge", MemoryStat.Builder::setRssHuge),
                    entry("mapped_file", MemoryStat.Builder::setMappedFile),
                    entry("dirty", MemoryStat.Builder::setDirty),
                    entry("writeback", MemoryStat.Builder::setWriteback),
                    entry("pgpgin", MemoryStat.Builder::setPgPgIn),
                    entry("pgpgout", MemoryStat.Builder::setPgPgOut),
                    entry("pgfault", MemoryStat.Builder::setPgFault),
                    entry("pgmajfault", MemoryStat.Builder::setPgMajFault),
                    entry("inactive_anon", MemoryStat.Builder::setInactiveAnon),
                    entry("active_anon", MemoryStat.Builder::setActiveAnon),
                    entry("inactive_file", MemoryStat.Builder::setInactiveFile),
                    entry("active_file", MemoryStat.Builder::setActiveFile),
                    entry("unevictable", MemoryStat.Builder::setUnevictable),
                    entry(
                            "hierarchical_memory_limit",
                            MemoryStat.Builder::setHierarchicalMemoryLimit),
                    entry("hierarchical_memsw_limit", MemoryStat.Builder::setHierarchicalSwapLimit),
                    entry("total_cache", MemoryStat.Builder::setTotalCache),
                    entry("total_rss", MemoryStat.Builder::setTotalRss),
                    entry("total_rss_huge", MemoryStat.Builder::setTotalRssHuge),
                    entry("total_mapped_file", MemoryStat.Builder::setTotalMappedFile),
                    entry("total_dirty", MemoryStat.Builder::setTotalDirty),
                    entry("total_writeback", MemoryStat.Builder::setTotalWriteback),
                    entry("total_pgpgin", MemoryStat.Builder::setTotalPgPgIn),
                    entry("total_pgpgout", MemoryStat.Builder::setTotalPgPgOut),
                    entry("total_pgfault", MemoryStat.Builder::setTotalPgFault),
                    entry("total_pgmajfault", MemoryStat.Builder::setTotalPgMajFault),
                    entry("total_inactive_anon", MemoryStat.Builder::setTotalInactiveAnon),
                    entry("total_active_anon", MemoryStat.Builder::setTotalActiveAnon),
                    entry("total_inactive_file", MemoryStat.Builder::setTotalInactiveFile),
                    entry("total_active_file", MemoryStat.Builder::setTotalActiveFile),
                    entry("total_unevictable", MemoryStat.Builder::setTotalUnevictable));

    private LegacyMetrics() {}

    static Any encode(Figures figures) {
        Metrics.Builder metrics = Metrics.newBuilder();
        figures.cpu().ifPresent(time -> metrics.setCpu(cpu(time)));
        addMemory(metrics, figures.memory());
        metrics.setPids(
                PidsStat.newBuilder().setCurrent(figures.tasks()).setLimit(taskLimit(figures)));
        return Any.newBuilder().setTypeUrl(TYPE).setValue(metrics.build().toByteString()).build();
    }

    /** None is 0 in this version. */
    private static long taskLimit(Figures figures) {
        return figures.taskLimit().filter(limit -> limit != GroupFiles.UNLIMITED).orElse(0L);
    }

    private static CPUStat cpu(CpuTime time) {
        // containerd reads throttling without looking whether there is any, and would crash
        Throttling held = time.throttling().orElse(UNTHROTTLED);
        return CPUStat.newBuilder()
                .setUsage(
                        CPUUsage.newBuilder()
                                .setTotal(time.total() * NANOS_PER_MICRO)
                                .setUser(time.user() * NANOS_PER_MICRO)
                                .setKernel(time.system() * NANOS_PER_MICRO))
                .setThrottling(
                        Throttle.newBuilder()
                                .setPeriods(held.periods())
                                .setThrottledPeriods(held.throttledPeriods())
                                .setThrottledTime(held.time() * NANOS_PER_MICRO))
                .build();
    }

    private static void addMemory(Metrics.Builder metrics, MemoryUse use) {
        MemoryStat.Builder memory = MemoryStat.newBuilder();
        use.stat()
                .forEach(
                        (key, value) ->
                                Optional.ofNullable(MEMORY_STAT.get(key))
                                        .ifPresent(setter -> setter.accept(memory, value)));
        // CRI subtracts from the limit whatever it is: none must be given as the kernel does
        switch (use) {
            case MemoryUse.Processes(ProcessTotals totals) ->
                    memory.setUsage(
                            MemoryEntry.newBuilder().setUsage(totals.memory()).setLimit(UNLIMITED));
            case MemoryUse.Unified(GroupFiles group, long usage) ->
                    memory.setUsage(
                            MemoryEntry.newBuilder()
                                    .setUsage(usage)
                                    .setLimit(
                                            group.number("memory.max")
                                                    .filter(max -> max != GroupFiles.UNLIMITED)
                                                    .orElse(UNLIMITED)));
            case MemoryUse.Legacy(GroupFiles group, long usage) -> {
                memory.setUsage(entryOf(group, "memory", usage));
                group.number("memory.memsw.usage_in_bytes")
                        .ifPresent(swap -> memory.setSwap(entryOf(group, "memory.memsw", swap)));
                oomControl(group.table("memory.oom_control"))
                        .ifPresent(metrics::setMemoryOomControl);
            }
        }
        metrics.setMemory(memory);
    }

    private static MemoryEntry entryOf(GroupFiles group, String prefix, long usage) {
        MemoryEntry.Builder found =
                MemoryEntry.newBuilder()
                        .setUsage(usage)
                        .setLimit(group.number(prefix + ".limit_in_bytes").orElse(UNLIMITED));
        group.number(prefix + ".max_usage_in_bytes").ifPresent(found::setMax);
        group.number(prefix + ".failcnt").ifPresent(found::setFailcnt);
        return found.build();
    }

    private static Optional<MemoryOomControl> oomControl(Map<String, Long> table) {
        return table.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        MemoryOomControl.newBuilder()
                                .setOomKillDisable(table.getOrDefault("oom_kill_disable", 0L))
                                .setUnderOom(table.getOrDefault("under_oom", 0L))
                                .setOomKill(table.getOrDefault("oom_kill", 0L))
                                .build());
    }
}
