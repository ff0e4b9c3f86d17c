package io.reaper.shim.stats;

import static java.util.Map.entry;

import com.google.protobuf.Any;
import io.reaper.linux.cgroup.GroupFiles;
import io.reaper.proto.cgroups.CPUStat;
import io.reaper.proto.cgroups.MemoryEvents;
import io.reaper.proto.cgroups.MemoryStat;
import io.reaper.proto.cgroups.Metrics;
import io.reaper.proto.cgroups.PidsStat;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjLongConsumer;

/** Figures as containerd takes them on a host with cgroups of version 2. */
final class UnifiedMetrics {

    /** Without a host before it: callers compare it exactly (containerd/typeurl). */
    private static final String TYPE = "io.containerd.cgroups.v2.Metrics";

    private static final Map<String, ObjLongConsumer<MemoryStat.Builder>> MEMORY_STAT =
            Map.ofEntries(
                    entry("anon", MemoryStat.Builder::setAnon),
                    entry("file", MemoryStat.Builder::setFile),
                    entry("kernel_stack", MemoryStat.Builder::setKernelStack),
                    entry("slab", MemoryStat.Builder::setSlab),
                    entry("sock", MemoryStat.Builder::setSock),
                    entry("shmem", MemoryStat.Builder::setShmem),
                    entry("file_mapped", MemoryStat.Builder::setFileMapped),
                    entry("file_dirty", MemoryStat.Builder::setFileDirty),
                    entry("file_writeback", MemoryStat.Builder::setFileWriteback),
                    entry("anon_thp", MemoryStat.Builder::setAnonThp),
                    entry("inactive_anon", MemoryStat.Builder::setInactiveAnon),
                    entry("active_anon", MemoryStat.Builder::setActiveAnon),
                    entry("inactive_file", MemoryStat.Builder::setInactiveFile),
                    entry("active_file", MemoryStat.Builder::setActiveFile),
                    entry("unevictable", MemoryStat.Builder::setUnevictable),
                    entry("slab_reclaimable", MemoryStat.Builder::setSlabReclaimable),
                    entry("slab_unreclaimable", MemoryStat.Builder::setSlabUnreclaimable),
                    entry("pgfault", MemoryStat.Builder::setPgfault),
                    entry("pgmajfault", MemoryStat.Builder::setPgmajfault));

    private UnifiedMetrics() {}

    static Any encode(Figures figures) {
        Metrics.Builder metrics = Metrics.newBuilder();
        figures.cpu().ifPresent(time -> metrics.setCpu(cpu(time)));
        addMemory(metrics, figures.memory());
        metrics.setPids(
                PidsStat.newBuilder()
                        .setCurrent(figures.tasks())
                        .setLimit(figures.taskLimit().orElse(0L)));
        return Any.newBuilder().setTypeUrl(TYPE).setValue(metrics.build().toByteString()).build();
    }

    private static CPUStat cpu(CpuTime time) {
        CPUStat.Builder cpu =
                CPUStat.newBuilder()
                        .setUsageUsec(time.total())
                        .setUserUsec(time.user())
                        .setSystemUsec(time.system());
        time.throttling()
                .ifPresent(
                        held ->
                                cpu.setNrPeriods(held.periods())
                                        .setNrThrottled(held.throttledPeriods())
                                        .setThrottledUsec(held.time()));
        return cpu.build();
    }

    private static void addMemory(Metrics.Builder metrics, MemoryUse use) {
        MemoryStat.Builder memory = MemoryStat.newBuilder();
        use.stat()
                .forEach(
                        (key, value) ->
                                Optional.ofNullable(MEMORY_STAT.get(key))
                                        .ifPresent(setter -> setter.accept(memory, value)));
        // CRI subtracts from the limit whatever it is: none must be given as the highest number
        switch (use) {
            case MemoryUse.Processes(ProcessTotals totals) ->
                    memory.setUsage(totals.memory()).setUsageLimit(GroupFiles.UNLIMITED);
            case MemoryUse.Legacy(GroupFiles group, long usage) ->
                    memory.setUsage(usage)
                            .setUsageLimit(
                                    group.number("memory.limit_in_bytes")
                                            .orElse(GroupFiles.UNLIMITED));
            case MemoryUse.Unified(GroupFiles group, long usage) -> {
                memory.setUsage(usage)
                        .setUsageLimit(group.number("memory.max").orElse(GroupFiles.UNLIMITED));
                group.number("memory.peak").ifPresent(memory::setMaxUsage);
                group.number("memory.swap.current").ifPresent(memory::setSwapUsage);
                group.number("memory.swap.max").ifPresent(memory::setSwapLimit);
                events(group.table("memory.events")).ifPresent(metrics::setMemoryEvents);
            }
        }
        metrics.setMemory(memory);
    }

    private static Optional<MemoryEvents> events(Map<String, Long> table) {
        return table.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        MemoryEvents.newBuilder()
                                .setLow(table.getOrDefault("low", 0L))
                                .setHigh(table.getOrDefault("high", 0L))
                                .setMax(table.getOrDefault("max", 0L))
                                .setOom(table.getOrDefault("oom", 0L))
                                .setOomKill(table.getOrDefault("oom_kill", 0L))
                                .setOomGroupKill(table.getOrDefault("oom_group_kill", 0L))
                                .build());
    }
}
