package io.reaper.shim.delete;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.ProcessTree;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.group.ShimSocket;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.OciRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is left of a container whose shim is gone, known from its bundle alone. containerd asks for
 * it also after each ordinary Delete and after each refused Create: then there is nothing to do,
 * and another bundle's container of the same id stays untouched.
 */
final class DeadShim {

    private static final int UNKNOWN_STATUS = 128 + Signals.SIGKILL;

    /** What is killed ends at once; also where the runtime has taken all the time there is. */
    private static final Duration END_LIMIT = Duration.ofMillis(500);

    private final ContainerId id;
    private final Path bundle;
    private final Optional<ShimRecord> record;
    private final Deadline deadline;
    private final ShimLog log;

    DeadShim(
            ContainerId id,
            Path bundle,
            Optional<ShimRecord> record,
            Deadline deadline,
            ShimLog log) {
        this.id = id;
        this.bundle = bundle;
        this.record = record.filter(found -> found.id().equals(id.value()));
        this.deadline = deadline;
        this.log = log;
    }

    /** How the init process ended: 137 and now where nobody knows. */
    TaskExit clean(OciRuntime runtime, RootfsMounts rootfs) {
        if (record.filter(ShimRecord::removed).isEmpty()) {
            attempt("remove the container", () -> runtime.discard(id, bundle, deadline));
            attempt("kill its processes", this::killInit);
            attempt("unmount its rootfs", () -> rootfs.unmount(bundle));
        }
        attempt("remove its socket", this::removeSocket);
        return end();
    }

    /** For a runtime that does not know the container any more: what the bundle knows is enough. */
    private void killInit() {
        Optional<ProcessInfo> init =
                record.filter(r -> r.pid() > 0)
                        .flatMap(
                                r ->
                                        ProcessInfo.of(r.pid())
                                                .filter(p -> p.startTime() == r.pidStartTime()))
                        .filter(p -> !p.isZombie());
        if (init.isEmpty()) {
            return;
        }
        List<Integer> pids = new ArrayList<>(List.of(init.get().pid()));
        pids.addAll(ProcessTree.descendants(init.get().pid()));
        for (int pid : pids) {
            try (Pidfd process = Pidfd.open(pid)) {
                process.signal(Signals.SIGKILL);
                if (pid == init.get().pid()) {
                    process.awaitExit(Deadline.after(END_LIMIT)); // deadline: see there
                }
            } catch (LinuxException e) {
                log.info("process " + pid + " is gone already: " + e.getMessage());
            }
        }
    }

    private void removeSocket() {
        Optional<ShimSocket> socket = ShimSocket.ofBundle(bundle);
        if (socket.isEmpty()) {
            return;
        }
        try (ShimSocket.Lock lock = socket.get().lock()) {
            if (!socket.get().isServed()) {
                lock.removeAll();
            }
        }
    }

    private TaskExit end() {
        int pid = record.map(ShimRecord::pid).orElse(0);
        return record.flatMap(
                        r ->
                                ExitRecord.read(bundle)
                                        .filter(
                                                exit ->
                                                        exit.matches(
                                                                id.value(),
                                                                r.pid(),
                                                                r.pidStartTime())))
                .map(exit -> new TaskExit(exit.pid(), exit.exitStatus(), exit.exitedAt()))
                .orElseGet(() -> new TaskExit(pid, UNKNOWN_STATUS, Instant.now()));
    }

    /** Each step counts, whatever became of those before it. */
    private void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            log.warn("delete: " + what, e);
        }
    }
}
