package io.reaper.shim.daemon;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.Settings;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.mount.Mounts;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.Syscalls;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.event.EventQueue;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.group.GroupService;
import io.reaper.shim.group.ShimSocket;
import io.reaper.shim.input.ShimFlags;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.ConfiguredRuntimes;
import io.reaper.shim.stdio.ReaderWatch;
import io.reaper.shim.stdio.StreamContext;
import io.reaper.shim.task.TaskService;
import io.reaper.shim.task.Tasks;
import io.reaper.shim.ttrpc.server.TtrpcServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The parts of a serving shim, put together; started and ended by one thread. */
final class Daemon {

    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(2);

    /** Why the daemon may be asked to end. */
    private enum Request {
        /** containerd's Shutdown, or a start that was killed: only if we are idle. */
        WHEN_IDLE,
        /**
         * Every client has left, or a container has not come: containerd has given up a start or a
         * Create, or has died after a Delete, and will ask for nothing more. Some versions also ask
         * for no Shutdown after a pod's last Delete. Only if we are idle.
         */
        WHEN_DESERTED,
        /** A signal: containers live on, for {@code shim delete} to find. */
        NOW
    }

    private final ShimSocket socket;
    private final ShimLog log;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final KernelEvents kernel;
    private final Tasks tasks;
    private final EventQueue events;
    private final TtrpcServer server;

    private Daemon(ShimFlags flags, Settings settings, Vertx vertx, ShimLog log) {
        this.log = log;
        this.socket = new ShimSocket(flags.socket());
        this.kernel = KernelEvents.start(log);
        this.events = new EventQueue(vertx, ttrpcAddress(flags), flags.namespace(), log::warn);
        Reaper reaper = new Reaper(kernel, log);
        this.tasks =
                new Tasks(
                        new ConfiguredRuntimes(settings, reaper, log),
                        reaper,
                        new RootfsMounts(new Mounts(Syscalls.get())),
                        new StreamContext(new ReaderWatch(kernel), kernel, reaper, log),
                        events,
                        flags.namespace(),
                        this::announceIn,
                        log);
        TaskService service = new TaskService(tasks, this::endWhenIdle, log);
        tasks.expected().expect(flags.expect());
        GroupService group = new GroupService(tasks.expected(), this::discard);
        this.server = new TtrpcServer(vertx, List.of(service, group), log::warn);
        server.onConnection(events::retry);
        if (settings.shimTrim()) {
            IdleTrim trim = new IdleTrim(vertx, log);
            server.onTraffic(trim::activity);
            events.onTraffic(trim::activity);
        }
        server.onDeserted(() -> requests.add(Request.WHEN_DESERTED));
    }

    private static String ttrpcAddress(ShimFlags flags) {
        if (flags.ttrpcAddress().isEmpty()) {
            throw ShimException.failedPrecondition(
                    ErrorCode.E_SETTING_INVALID,
                    "TTRPC_ADDRESS is not set: containerd sets it; by hand, give -ttrpc-address"
                            + " /run/containerd/containerd.sock.ttrpc");
        }
        return flags.ttrpcAddress();
    }

    /** Serves when it returns. */
    static Daemon start(ShimFlags flags, Settings settings, Vertx vertx, ShimLog log) {
        new ProcessControl(Syscalls.get()).becomeSubreaper();
        Daemon daemon = new Daemon(flags, settings, vertx, log);
        SelfReport.onSignal(daemon.kernel, daemon.tasks, log);
        await(daemon.server.listen(daemon.socket.path()));
        log.info("serving on " + daemon.socket.address());
        return daemon;
    }

    /** Some versions of containerd run no {@code start} for the containers of a pod. */
    private void announceIn(Path bundle) {
        if (ShimSocket.ofBundle(bundle).isEmpty()) {
            socket.announceIn(bundle);
        }
    }

    /** Asks the daemon to end if it has no containers and expects none; returns at once. */
    private void endWhenIdle() {
        requests.add(Request.WHEN_IDLE);
    }

    /** As {@link #endWhenIdle}: the container for which it was started will not come. */
    void expectNoLonger(ContainerId id) {
        tasks.expected().forget(id.value());
        endWhenIdle();
    }

    private void discard(ContainerId id, String bundle) {
        tasks.discard(id, bundle);
        endWhenIdle();
    }

    /** Asks the daemon to end; returns at once. */
    void terminate() {
        requests.add(Request.NOW);
    }

    /** Returns when the daemon has been asked to end, may, and has removed its socket. */
    void serve() {
        boolean ended = false;
        while (!ended) {
            ended = end(next());
        }
        // deadline: containerd waits 3 s for our end
        events.close(Deadline.after(FLUSH_LIMIT));
        kernel.close();
        log.info("ended");
    }

    /**
     * The next request, or {@link Request#WHEN_DESERTED} when a container is expected no longer.
     * One that is first expected while this waits needs no waking: the client that announces it
     * leaves, and so does every other before we may end.
     */
    private Request next() {
        try {
            Optional<Deadline> lapse = tasks.expected().nextLapse();
            if (lapse.isEmpty()) {
                return requests.take();
            }
            // deadline: of the container that is expected
            Request request = requests.poll(lapse.get().remainingMillis(), TimeUnit.MILLISECONDS);
            return request == null ? Request.WHEN_DESERTED : request;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Request.NOW;
        }
    }

    /** Under the lock nobody can find us, or look for us, while the socket goes. */
    private boolean end(Request request) {
        try (ShimSocket.Lock lock = socket.lock()) {
            boolean may =
                    switch (request) {
                        case WHEN_IDLE -> tasks.isEmpty();
                        case WHEN_DESERTED -> tasks.isEmpty() && server.isDeserted();
                        case NOW -> true;
                    };
            if (may) {
                await(server.close());
                lock.removeAll();
                socket.sweep();
            }
            return may;
        }
    }

    private static void await(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new ShimException(
                    ErrorCode.E_DAEMON_FAILED,
                    ShimException.Kind.FAILED,
                    ShimException.text(e.getCause()),
                    e);
        }
    }
}
