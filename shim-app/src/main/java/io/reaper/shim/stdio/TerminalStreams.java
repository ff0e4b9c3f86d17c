package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_RDWR;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.stdio.StandardStream.Direction;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The terminal of a process, whose master the runtime sends: what the client writes into its FIFO
 * is typed, what is shown goes into the other one. {@code lock} guards the fields.
 */
final class TerminalStreams implements ProcessStreams {

    private static final Path NULL = Path.of("/dev/null");
    private static final int COMMAND_STREAMS = 3;

    private final ConsoleSocket console;
    private final Fd nothing;
    private final StandardStream stdin;
    private final StandardStream stdout;
    private final Optional<Logger> logger;
    private final StreamContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private Optional<TerminalRelay> relay = Optional.empty();
    private Optional<WindowSize> size = Optional.empty();
    private Optional<AutoCloseable> kept = Optional.empty();
    private boolean ended;
    private boolean closed;

    private TerminalStreams(
            ConsoleSocket console,
            Fd nothing,
            StandardStream stdin,
            Outputs outputs,
            StreamContext context) {
        this.console = console;
        this.nothing = nothing;
        this.stdin = stdin;
        this.stdout = outputs.stdout();
        this.logger = outputs.logger();
        this.context = context;
    }

    static TerminalStreams open(StdioRequest request, StreamOwner owner, StreamContext context) {
        StdioUri in = StdioUri.parse(request.stdin());
        StandardStream stdin = StandardStream.open(in, Direction.IN);
        try {
            checkInput(request.stdin(), in, stdin);
            Outputs outputs = Outputs.open(request, owner, context);
            try {
                outputs.stderr().close(); // a terminal has one output
                stdin.process().setNonBlocking(true);
                outputs.stdout().process().setNonBlocking(true);
                Fd nothing = Fd.open(NULL, O_RDWR);
                try {
                    return new TerminalStreams(
                            ConsoleSocket.open(), nothing, stdin, outputs, context);
                } catch (RuntimeException e) {
                    nothing.close();
                    throw e;
                }
            } catch (RuntimeException e) {
                outputs.close();
                throw e;
            }
        } catch (RuntimeException e) {
            stdin.close();
            throw e;
        }
    }

    /** The end of a file would be no end of the terminal, and nobody is told of it. */
    private static void checkInput(String text, StdioUri in, StandardStream stdin) {
        if (!(in instanceof StdioUri.Null) && stdin.kept().isEmpty()) {
            throw ShimException.invalid(
                    ErrorCode.E_STDIO_INVALID,
                    "standard stream \"" + text + "\": what is typed comes from a FIFO only");
        }
    }

    /** The command's own; the process gets its terminal. */
    @Override
    public List<Fd> forProcess() {
        return Collections.nCopies(COMMAND_STREAMS, nothing);
    }

    @Override
    public Optional<Path> consoleSocket() {
        return Optional.of(console.path());
    }

    @Override
    public void handedOver() {
        Fd master;
        try {
            master = console.receive();
        } finally {
            console.close();
            nothing.close();
        }
        locked(() -> begin(master));
    }

    private void begin(Fd master) {
        if (closed) {
            master.close();
            return;
        }
        Optional<Fd> typed = stdin.kept().map(fifo -> stdin.process());
        TerminalRelay begun =
                TerminalRelay.begin(master, typed, stdout.process(), context.events());
        relay = Optional.of(begun);
        size.ifPresent(begun::resize);
        if (ended) {
            finish(begun);
        }
    }

    /** Before the terminal is there, it is what it will begin with. */
    @Override
    public void resize(WindowSize wanted) {
        locked(
                () -> {
                    size = Optional.of(wanted);
                    if (!ended) {
                        relay.ifPresent(open -> open.resize(wanted));
                    }
                });
    }

    @Override
    public void closeStdin() {
        locked(() -> stdin.kept().ifPresent(Fd::close));
    }

    @Override
    public CompletableFuture<Void> processEnded() {
        locked(
                () -> {
                    if (!ended) {
                        ended = true;
                        relay.ifPresent(this::finish);
                    }
                });
        return drained;
    }

    private void finish(TerminalRelay open) {
        CompletableFuture<Void> unused = open.finish().thenRun(() -> locked(() -> release(open)));
    }

    /** Clients see the end; where none reads at the moment, the output waits for one. */
    private void release(TerminalRelay finished) {
        finished.close();
        stdin.close();
        stdout.process().close();
        if (!closed) {
            try {
                kept = stdout.kept().map(context.readers()::release);
            } catch (RuntimeException e) {
                context.log().warn("output of the process may be lost", e);
            }
        }
        CompletableFuture<Void> unused =
                logger.map(Logger::ended)
                        .orElseGet(() -> CompletableFuture.completedFuture(null))
                        .thenRun(() -> drained.complete(null));
    }

    @Override
    public void close() {
        locked(
                () -> {
                    closed = true;
                    console.close();
                    nothing.close();
                    relay.ifPresent(TerminalRelay::close);
                    stdin.close();
                    stdout.close();
                    logger.ifPresent(Logger::close);
                    kept.ifPresent(this::end);
                    kept = Optional.empty();
                });
        drained.complete(null);
    }

    private void end(AutoCloseable output) {
        try {
            output.close();
        } catch (Exception e) {
            context.log().warn("close a FIFO", e);
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }
}
