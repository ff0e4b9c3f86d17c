package io.reaper.shim.stdio;

import io.reaper.linux.file.Fd;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.stdio.StandardStream.Direction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Streams without a terminal. The process writes into the client's FIFOs, or a logger's pipes,
 * itself; nothing is copied here. {@code lock} guards the descriptors against two of these at once.
 */
final class DirectStreams implements ProcessStreams {

    private final StandardStream stdin;
    private final StandardStream stdout;
    private final StandardStream stderr;
    private final Optional<Logger> logger;
    private final ReaderWatch readers;
    private final ShimLog log;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<AutoCloseable> released = new ArrayList<>();
    private boolean ended;

    private DirectStreams(StandardStream stdin, Outputs outputs, StreamContext context) {
        this.stdin = stdin;
        this.stdout = outputs.stdout();
        this.stderr = outputs.stderr();
        this.logger = outputs.logger();
        this.readers = context.readers();
        this.log = context.log();
    }

    static DirectStreams open(StdioRequest request, StreamOwner owner, StreamContext context) {
        StandardStream stdin = StandardStream.open(StdioUri.parse(request.stdin()), Direction.IN);
        try {
            return new DirectStreams(stdin, Outputs.open(request, owner, context), context);
        } catch (RuntimeException e) {
            stdin.close();
            throw e;
        }
    }

    @Override
    public List<Fd> forProcess() {
        return List.of(stdin.process(), stdout.process(), stderr.process());
    }

    @Override
    public Optional<Path> consoleSocket() {
        return Optional.empty();
    }

    @Override
    public void resize(WindowSize size) {}

    @Override
    public void handedOver() {
        forProcess().forEach(Fd::close);
    }

    @Override
    public void closeStdin() {
        lock.lock();
        try {
            stdin.kept().ifPresent(Fd::close);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Where none reads at the moment, the output stays for one that comes before {@link #close}.
     */
    @Override
    public CompletableFuture<Void> processEnded() {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                stdin.close();
                release(stdout);
                release(stderr);
            }
        } finally {
            lock.unlock();
        }
        // the process itself has written it all; a logger may still be at it
        return logger.map(Logger::ended).orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private void release(StandardStream stream) {
        stream.process().close();
        try {
            stream.kept().ifPresent(readWrite -> released.add(readers.release(readWrite)));
        } catch (RuntimeException e) {
            log.warn("output of the process may be lost", e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            ended = true;
            stdin.close();
            stdout.close();
            stderr.close();
            logger.ifPresent(Logger::close);
            released.forEach(this::end);
            released.clear();
        } finally {
            lock.unlock();
        }
    }

    private void end(AutoCloseable kept) {
        try {
            kept.close();
        } catch (Exception e) {
            log.warn("close a FIFO", e);
        }
    }
}
