package io.reaper.shim.stats;

import io.reaper.linux.cgroup.GroupFiles;
import java.util.Map;
import java.util.Optional;

/**
 * What a container's processes have used of the processors, those too that have ended.
 *
 * @param total microseconds
 * @param user the part of it in the programs themselves
 * @param system the part of it in the kernel
 * @param throttling empty where nothing holds them back
 */
record CpuTime(long total, long user, long system, Optional<Throttling> throttling) {

    private static final long NANOS = 1000;

    /** Of proc_pid_stat(5) on every architecture that Linux has (USER_HZ). */
    private static final long MICROS_PER_TICK = 10_000;

    /**
     * How a quota has held them back.
     *
     * @param time microseconds
     */
    record Throttling(long periods, long throttledPeriods, long time) {}

    /** By {@code cpu.stat}, which each group of version 2 has, also without controllers. */
    static Optional<CpuTime> ofUnified(GroupFiles group) {
        Map<String, Long> stat = group.table("cpu.stat");
        return Optional.ofNullable(stat.get("usage_usec"))
                .map(
                        total ->
                                new CpuTime(
                                        total,
                                        stat.getOrDefault("user_usec", 0L),
                                        stat.getOrDefault("system_usec", 0L),
                                        throttling(stat, "throttled_usec", 1)));
    }

    /**
     * By the controller {@code cpuacct} of version 1.
     *
     * @param cpu the group of the controller {@code cpu}, if there is one
     */
    static Optional<CpuTime> ofLegacy(GroupFiles cpuacct, Optional<GroupFiles> cpu) {
        return cpuacct.number("cpuacct.usage")
                .map(
                        total ->
                                new CpuTime(
                                        total / NANOS,
                                        cpuacct.number("cpuacct.usage_user").orElse(0L) / NANOS,
                                        cpuacct.number("cpuacct.usage_sys").orElse(0L) / NANOS,
                                        cpu.flatMap(
                                                group ->
                                                        throttling(
                                                                group.table("cpu.stat"),
                                                                "throttled_time",
                                                                NANOS))));
    }

    private static Optional<Throttling> throttling(
            Map<String, Long> stat, String time, long perMicrosecond) {
        return Optional.ofNullable(stat.get("nr_periods"))
                .map(
                        periods ->
                                new Throttling(
                                        periods,
                                        stat.getOrDefault("nr_throttled", 0L),
                                        stat.getOrDefault(time, 0L) / perMicrosecond));
    }

    static CpuTime ofTicks(long user, long system) {
        return new CpuTime(
                (user + system) * MICROS_PER_TICK,
                user * MICROS_PER_TICK,
                system * MICROS_PER_TICK,
                Optional.empty());
    }
}
