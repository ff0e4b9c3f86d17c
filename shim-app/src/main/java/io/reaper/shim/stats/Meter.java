package io.reaper.shim.stats;

import com.google.protobuf.Any;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.cgroup.ControlGroups;
import io.reaper.linux.cgroup.GroupFiles;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Measures containers by the control groups which the runtime has given them, and by their
 * processes where no controller does: files are read, nothing is run. What a figure is, and where
 * it comes from, docs/compatibility.md tells users, in its section on statistics.
 */
public final class Meter {

    private static final Path PROC = Path.of("/proc");

    private final Supplier<Hierarchies> host;
    private final Path proc;
    private final Lock oneReading = new ReentrantLock();

    Meter(Supplier<Hierarchies> host, Path proc) {
        this.host = host;
        this.proc = proc;
    }

    /** Of the processes of this machine. */
    public static Meter of(Supplier<Hierarchies> host) {
        return new Meter(host, PROC);
    }

    /**
     * Reads what a container uses. One at a time: a virtual thread that reads keeps its carrier,
     * and there are two for all calls.
     *
     * @param groups its own, none of which the shim is in
     * @param processes its living ones, asked for where they must be known one by one
     * @param ledger the container's
     * @return {@code io.containerd.cgroups.v2.Metrics} or {@code v1}, by the host's version
     */
    public Any read(ControlGroups groups, Supplier<List<Integer>> processes, CpuLedger ledger) {
        Hierarchies hierarchies = host.get();
        Figures figures;
        oneReading.lock();
        try {
            figures = new Reading(hierarchies, groups, processes).figures(ledger);
        } finally {
            oneReading.unlock();
        }
        return hierarchies.unifiedHost()
                ? UnifiedMetrics.encode(figures)
                : LegacyMetrics.encode(figures);
    }

    /** One reading of one container. */
    private final class Reading {

        private final Hierarchies hierarchies;
        private final ControlGroups groups;
        private final Supplier<List<Integer>> processes;
        private final Optional<Cgroup> unified;
        private Optional<List<Integer>> pids = Optional.empty();
        private Optional<ProcessTotals> totals = Optional.empty();

        private Reading(
                Hierarchies hierarchies, ControlGroups groups, Supplier<List<Integer>> processes) {
            this.hierarchies = hierarchies;
            this.groups = groups;
            this.processes = processes;
            this.unified = hierarchies.group(groups, Hierarchies.UNIFIED);
        }

        private Figures figures(CpuLedger ledger) {
            Optional<GroupFiles> pids =
                    group("pids")
                            .or(this::unifiedFiles)
                            .filter(g -> g.number("pids.current").isPresent());
            return new Figures(
                    ledger.add(cpu()),
                    memory(),
                    pids.flatMap(g -> g.number("pids.current")).orElseGet(() -> totals().threads()),
                    pids.flatMap(g -> g.number("pids.max")));
        }

        private Optional<GroupFiles> group(String controller) {
            return hierarchies
                    .group(groups, controller)
                    .map(Cgroup::directory)
                    .map(GroupFiles::new);
        }

        private Optional<GroupFiles> unifiedFiles() {
            return unified.map(Cgroup::directory).map(GroupFiles::new);
        }

        private Optional<CpuTime> cpu() {
            Optional<CpuTime> counted =
                    group("cpuacct")
                            .flatMap(cpuacct -> CpuTime.ofLegacy(cpuacct, group("cpu")))
                            .or(() -> unifiedFiles().flatMap(CpuTime::ofUnified));
            boolean groupCounts =
                    hierarchies.hold(groups, "cpuacct")
                            || hierarchies.hold(groups, Hierarchies.UNIFIED);
            // a group that is gone has counted more than the processes that are left
            return groupCounts ? counted : Optional.of(ProcessTotals.cpu(proc, pids()));
        }

        private MemoryUse memory() {
            return group("memory")
                    .flatMap(MemoryUse::ofLegacy)
                    .or(() -> unifiedFiles().flatMap(MemoryUse::ofUnified))
                    .orElseGet(() -> new MemoryUse.Processes(totals()));
        }

        private ProcessTotals totals() {
            ProcessTotals known = totals.orElseGet(() -> ProcessTotals.of(proc, pids()));
            totals = Optional.of(known);
            return known;
        }

        private List<Integer> pids() {
            List<Integer> known = pids.orElseGet(this::processesOfGroup);
            pids = Optional.of(known);
            return known;
        }

        /** The group knows them all, also those that have left their parents. */
        private List<Integer> processesOfGroup() {
            if (unified.isEmpty()) {
                return processes.get();
            }
            try {
                return unified.get().pids();
            } catch (LinuxException e) {
                return processes.get(); // a threaded group keeps its list to itself
            }
        }
    }
}
