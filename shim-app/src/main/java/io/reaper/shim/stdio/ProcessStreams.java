package io.reaper.shim.stdio;

import io.reaper.linux.Fd;
import io.reaper.linux.WindowSize;
import io.reaper.shim.ShimException;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.stdio.StandardStream.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The standard streams of one process without a terminal. The process writes into the client's
 * FIFOs itself; nothing is copied here. Life: {@link #open}, {@link #forProcess} for the command
 * that makes the process, {@link #handedOver}, perhaps {@link #closeStdin}, {@link #processEnded},
 * {@link #close}. {@code lock} guards the descriptors against two of these at once.
 */
public final class ProcessStreams implements AutoCloseable {

    private final StandardStream stdin;
    private final StandardStream stdout;
    private final StandardStream stderr;
    private final ReaderWatch readers;
    private final ShimLog log;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<AutoCloseable> released = new ArrayList<>();
    private boolean ended;

    private ProcessStreams(List<StandardStream> streams, ReaderWatch readers, ShimLog log) {
        this.stdin = streams.get(0);
        this.stdout = streams.get(1);
        this.stderr = streams.get(2);
        this.readers = readers;
        this.log = log;
    }

    /**
     * Opens all three.
     *
     * @throws ShimException INVALID_ARGUMENT or UNIMPLEMENTED for an address we cannot serve
     * @throws io.reaper.linux.LinuxException if one cannot be opened; none is open then
     */
    public static ProcessStreams open(StdioRequest request, ReaderWatch readers, ShimLog log) {
        if (request.terminal()) {
            throw ShimException.unimplemented("a terminal is not supported yet: run without -t");
        }
        StdioUri in = StdioUri.parse(request.stdin());
        StdioUri out = StdioUri.parse(request.stdout());
        StdioUri err = StdioUri.parse(request.stderr());
        List<StandardStream> opened = new ArrayList<>();
        try {
            opened.add(StandardStream.open(in, Direction.IN));
            opened.add(StandardStream.open(out, Direction.OUT));
            opened.add(StandardStream.open(err, Direction.OUT));
        } catch (RuntimeException e) {
            opened.forEach(StandardStream::close);
            throw e;
        }
        return new ProcessStreams(opened, readers, log);
    }

    /** Descriptors 0, 1, 2 of the process. */
    public List<Fd> forProcess() {
        return List.of(stdin.process(), stdout.process(), stderr.process());
    }

    /** The process has its own copies now. */
    public void handedOver() {
        forProcess().forEach(Fd::close);
    }

    /** Of the terminal; without one nothing is resized. */
    public void resize(WindowSize size) {}

    /** The process sees the end of its input once the client has closed its side too. */
    public void closeStdin() {
        lock.lock();
        try {
            stdin.kept().ifPresent(Fd::close);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The process has ended, and so has everything it left behind: clients see the end of its
     * output. Where none reads at the moment, the output stays for one that comes before {@link
     * #close}.
     */
    public void processEnded() {
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
    }

    private void release(StandardStream stream) {
        stream.process().close();
        try {
            stream.kept().ifPresent(readWrite -> released.add(readers.release(readWrite)));
        } catch (RuntimeException e) {
            log.warn("output of the process may be lost: " + ShimException.text(e));
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
            log.warn("close a FIFO: " + ShimException.text(e));
        }
    }
}
