package io.reaper.shim.start;

import io.grpc.Status.Code;
import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.Settings;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.group.GroupKey;
import io.reaper.shim.group.LivingDaemon;
import io.reaper.shim.group.ShimSocket;
import io.reaper.shim.group.StartChannel;
import io.reaper.shim.input.BootstrapInput;
import io.reaper.shim.input.ShimFlags;
import io.reaper.shim.input.StandardInput;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.options.DaemonSettings;
import io.reaper.shim.ttrpc.TtrpcException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code start}: finds or starts the daemon of the container's group and prints its address, and
 * nothing else: containerd reads stdout and stderr as one.
 */
@Command(name = "start", description = "leave a daemon that serves the Task API, print its address")
public final class StartCommand implements Callable<Integer> {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    @Mixin private ShimFlags flags;

    @Override
    public Integer call() {
        ContainerId id = flags.id();
        if (flags.namespace().isEmpty()) {
            throw ShimException.invalid(ErrorCode.E_USAGE, "-namespace is missing");
        }
        ShimLog log = flags.openLog(Settings.load());
        try {
            printAddress(id, log);
        } catch (Throwable e) {
            log.error("start", e);
            throw e;
        }
        // At once: were we killed while the VM ends, containerd would drop the address that the
        // daemon believes to be known.
        Runtime.getRuntime().halt(0);
        return 0;
    }

    private void printAddress(ContainerId id, ShimLog log) {
        ContainerId group = GroupKey.of(flags.bundle(), id, log);
        BootstrapInput input =
                BootstrapInput.parse(StandardInput.read(), id.value(), flags.namespace());
        ShimSocket socket =
                ShimSocket.of(
                        input.socketDirectory().map(Path::of).orElse(ShimSocket.DEFAULT_DIRECTORY),
                        flags.address().isEmpty()
                                ? input.grpcAddress().orElse("")
                                : flags.address(),
                        flags.namespace(),
                        group.value());
        socket.makeDirectory();
        try (ShimSocket.Lock lock = socket.lock()) {
            socket.announceIn(flags.bundle()); // before a daemon runs that nobody would find
            if (join(id, socket, log)) {
                print(socket);
                return;
            }
            try (StartChannel daemon = startDaemon(group, id, socket, lock, input, log)) {
                print(socket);
                daemon.tellPrinted();
            }
        }
    }

    /**
     * Makes a daemon that lives wait for the container: while we hold the lock it does not end, and
     * after that it knows what is coming. False if there is none.
     */
    private static boolean join(ContainerId id, ShimSocket socket, ShimLog log) {
        Optional<LivingDaemon> found = LivingDaemon.connect(socket.path());
        if (found.isEmpty()) {
            return false;
        }
        try (LivingDaemon daemon = found.get()) {
            daemon.expect(id, Deadline.after(ANSWER_LIMIT)); // deadline: for one that is stopped
        } catch (TtrpcException e) {
            if (e.status() == Code.UNAVAILABLE && !socket.isServed()) {
                return false; // it was killed just now
            }
            if (e.status() != Code.UNIMPLEMENTED) { // as of one of an earlier version
                log.warn("the daemon at " + socket.address(), e);
            }
        }
        log.info("joined the daemon at " + socket.address());
        return true;
    }

    private static void print(ShimSocket socket) {
        Fd.of(1).write(socket.address().getBytes(StandardCharsets.UTF_8));
    }

    private StartChannel startDaemon(
            ContainerId group,
            ContainerId id,
            ShimSocket socket,
            ShimSocket.Lock lock,
            BootstrapInput input,
            ShimLog log) {
        try {
            lock.removeSocket(); // of a daemon that was killed
            return new DaemonSpawner(flags, DaemonSettings.of(input.options(), log), log)
                    .spawn(group, id, socket, input);
        } catch (RuntimeException e) {
            lock.removeAll();
            throw e;
        }
    }
}
