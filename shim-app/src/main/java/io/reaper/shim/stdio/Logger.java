package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_RDWR;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.log.ShimLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A program that takes what a process writes (containerd's docs, "Runtime v2", section Logging):
 * its descriptor 3 is the process's standard output, 4 its standard error, and into 5 it writes a
 * byte, or closes it, when it is ready. It should end with its input.
 */
final class Logger implements AutoCloseable {

    private static final Path NULL = Path.of("/dev/null");
    private static final Duration READY_LIMIT = Duration.ofSeconds(10);

    /** From SIGTERM to SIGKILL; as long as containerd's shim for runc waits. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(12);

    private final Path program;
    private final ChildProcess process;
    private final Fd stdout;
    private final Fd stderr;
    private final ShimLog log;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Logger(Path program, ChildProcess process, Fd stdout, Fd stderr, ShimLog log) {
        this.program = program;
        this.process = process;
        this.stdout = stdout;
        this.stderr = stderr;
        this.log = log;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @throws ShimException FAILED if it cannot be started or is not ready within 10 s; it is gone
     *     then
     */
    static Logger start(StdioUri.Logger uri, StreamOwner owner, StreamContext context) {
        List<Fd> open = new ArrayList<>();
        try (Fd none = Fd.open(NULL, O_RDWR)) {
            Fd[] out = pipe(open);
            Fd[] err = pipe(open);
            Fd[] ready = pipe(open);
            List<Fd> descriptors = List.of(none, none, none, out[0], err[0], ready[1]);
            ChildProcess process = spawn(uri, owner, descriptors, context);
            List.of(out[0], err[0], ready[1]).forEach(Fd::close);
            try (Fd word = ready[0]) {
                awaitReady(uri, word, context.events());
            } catch (RuntimeException e) {
                process.signal(Signals.SIGKILL);
                throw e;
            }
            return new Logger(uri.program(), process, out[1], err[1], context.log());
        } catch (RuntimeException e) {
            open.forEach(Fd::close);
            throw e;
        }
    }

    private static Fd[] pipe(List<Fd> open) {
        Fd[] ends = Fd.pipe(0);
        open.addAll(List.of(ends));
        return ends;
    }

    private static ChildProcess spawn(
            StdioUri.Logger uri, StreamOwner owner, List<Fd> descriptors, StreamContext context) {
        List<String> argv = new ArrayList<>();
        argv.add(uri.program().toString());
        argv.addAll(uri.arguments());
        List<String> environment =
                List.of(
                        "CONTAINER_ID=" + owner.containerId(),
                        "CONTAINER_NAMESPACE=" + owner.namespace());
        try {
            return context.children().spawn(SpawnRequest.of(argv, environment, descriptors));
        } catch (LinuxException e) {
            throw failed(uri, "cannot be started: " + e.getMessage(), e);
        }
    }

    private static void awaitReady(StdioUri.Logger uri, Fd word, KernelEvents events) {
        CompletableFuture<Boolean> said = new CompletableFuture<>();
        AtomicReference<KernelEvents.Watch> watch = new AtomicReference<>();
        watch.set(
                events.watch(
                        word,
                        () -> {
                            if (!said.isDone()) {
                                said.complete(word.read(new byte[1], 0, 1) > 0);
                            }
                            if (watch.get() != null) {
                                watch.get().close();
                            }
                        }));
        try {
            // deadline: READY_LIMIT
            if (!said.get(READY_LIMIT.toMillis(), TimeUnit.MILLISECONDS) && uri.mustSay()) {
                throw failed(uri, "ended, or closed its descriptor 5, before it was ready", null);
            }
        } catch (TimeoutException e) {
            throw failed(uri, "was not ready within " + READY_LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a logger started", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            watch.get().close();
        }
    }

    private static ShimException failed(StdioUri.Logger uri, String what, Throwable cause) {
        return new ShimException(
                ErrorCode.E_LOGGER_FAILED,
                ShimException.Kind.FAILED,
                "logger " + uri.program() + " " + what,
                cause);
    }

    /** Where the process's standard output goes; the logger sees its end with the last copy. */
    Fd stdout() {
        return stdout;
    }

    Fd stderr() {
        return stderr;
    }

    /** Completed when it has taken all and ended. */
    CompletableFuture<Void> ended() {
        return process.exit().thenAccept(exit -> {});
    }

    /** Asks it to end, and kills it when it does not; returns at once. */
    @Override
    public void close() {
        stdout.close();
        stderr.close();
        if (closed.compareAndSet(false, true) && !process.exit().isDone()) {
            process.signal(Signals.SIGTERM);
            // deadline: STOP_LIMIT
            CompletableFuture<Void> unused =
                    process.exit()
                            .copy()
                            .orTimeout(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                            .handle(
                                    (exit, late) -> {
                                        if (late != null) {
                                            kill();
                                        }
                                        return null;
                                    });
        }
    }

    private void kill() {
        log.warn(
                "logger "
                        + program
                        + " did not end within "
                        + STOP_LIMIT.toSeconds()
                        + " s of SIGTERM: it is killed");
        process.signal(Signals.SIGKILL);
    }
}
