package io.reaper.shim.delete;

import io.grpc.Status.Code;
import io.reaper.contract.ContainerId;
import io.reaper.contract.Settings;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.mount.Mounts;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.group.LivingDaemon;
import io.reaper.shim.group.ShimSocket;
import io.reaper.shim.input.ShimFlags;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.RuntimeClient;
import io.reaper.shim.ttrpc.TtrpcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code delete}: cleans up after a daemon that is gone, prints a DeleteResponse. */
@Command(name = "delete", description = "clean up what a dead daemon left of a container")
public final class DeleteCommand implements Callable<Integer> {

    /** containerd gives the whole program 5 s. */
    private static final Duration LIMIT = Duration.ofSeconds(4);

    /** Of these, for a daemon that lives. */
    private static final Duration DAEMON_LIMIT = Duration.ofSeconds(2);

    @Mixin private ShimFlags flags;

    @Override
    public Integer call() {
        ContainerId id = flags.id();
        Path bundle = flags.bundle();
        Deadline deadline = Deadline.after(LIMIT); // deadline: containerd's, less a second
        Optional<ShimRecord> record = ShimRecord.read(bundle);
        Map<String, String> chosen = record.map(ShimRecord::settings).orElse(Map.of());
        Settings settings = Settings.load().with(chosen);
        ShimLog log = flags.openLog(settings);
        if (record.filter(ShimRecord::removed).isEmpty()) { // else by an ordinary Delete
            askDaemon(id, bundle, log);
            record = ShimRecord.read(bundle);
        }
        TaskExit end;
        try (KernelEvents kernel = KernelEvents.start(log)) {
            RuntimeClient runtime =
                    new RuntimeClient(
                            record.map(ShimRecord::runtime).orElseGet(settings::runtimePath),
                            record.map(ShimRecord::runtimeRoot).orElseGet(settings::runtimeRoot),
                            chosen,
                            new Reaper(kernel, log),
                            log);
            RootfsMounts rootfs = new RootfsMounts(new Mounts(Syscalls.get()));
            end = new DeadShim(id, bundle, record, deadline, log).clean(runtime, rootfs);
        }
        log.info("delete: init " + end.pid() + " ended with status " + end.status());
        DeleteResponse response =
                DeleteResponse.newBuilder()
                        .setPid(end.pid())
                        .setExitStatus(end.status())
                        .setExitedAt(end.timestamp())
                        .build();
        Fd.of(1).write(response.toByteArray());
        return 0;
    }

    /**
     * A daemon that lives and has the container removes it, so that it keeps no entry of one that
     * is gone: containerd has dropped a connection, or a restart of it took too long. What the
     * daemon has not removed is left to {@link DeadShim}.
     */
    private static void askDaemon(ContainerId id, Path bundle, ShimLog log) {
        try {
            Optional<LivingDaemon> found =
                    ShimSocket.ofBundle(bundle)
                            .map(ShimSocket::path)
                            .flatMap(LivingDaemon::connect);
            if (found.isPresent()) {
                discard(found.get(), id, bundle);
            }
        } catch (TtrpcException | LinuxException e) {
            log.warn("delete: ask the daemon", e);
        }
    }

    private static void discard(LivingDaemon found, ContainerId id, Path bundle) {
        try (LivingDaemon daemon = found) {
            // deadline: half of containerd's, the rest is for the other way
            daemon.discard(id, bundle, Deadline.after(DAEMON_LIMIT));
        } catch (TtrpcException e) {
            if (e.status() != Code.UNIMPLEMENTED) { // as of one of an earlier version
                throw e;
            }
        }
    }
}
