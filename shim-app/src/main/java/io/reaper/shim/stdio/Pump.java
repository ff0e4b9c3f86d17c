package io.reaper.shim.stdio;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.KernelEvents.Interest;
import io.reaper.shim.exit.KernelEvents.Watch;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Copies from one non-blocking descriptor to another. The kernel wakes it when there is something
 * to read, and while the other side takes no more, when that changes: so at most one buffer's worth
 * waits here, and there is a buffer only while it does. {@code lock} guards the fields: events come
 * on their own thread.
 */
final class Pump implements AutoCloseable {

    /** What a pipe holds ({@code pipe(7)}). */
    private static final int CAPACITY = 64 * 1024;

    /** More than a terminal can hold: what is left of its output when its process has ended. */
    private static final int LAST_ROUNDS = 16;

    /** What becomes of bytes that the other side refuses for ever. */
    enum WhenRefused {
        END,
        /** Whoever writes them shall not have to wait. */
        DISCARD
    }

    private final Fd from;
    private final Fd to;
    private final KernelEvents events;
    private final WhenRefused whenRefused;
    private final ReentrantLock lock = new ReentrantLock();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Optional<Watch> watch = Optional.empty();
    private Interest awaited = Interest.READ;
    private Optional<Memory> buffer = Optional.empty();
    private int start;
    private int end;
    private boolean sourceEnded;
    private boolean refused;
    private boolean last;
    private int lastRounds;

    /** Neither descriptor may be watched by anybody else; a duplicate may. */
    Pump(Fd from, Fd to, KernelEvents events, WhenRefused whenRefused) {
        this.from = from;
        this.to = to;
        this.events = events;
        this.whenRefused = whenRefused;
    }

    /**
     * Begins to copy.
     *
     * @throws LinuxException EPERM if {@code from} is a file that is never waited for
     */
    void begin() {
        locked(() -> await(Interest.READ));
    }

    /** Nothing new will come: what is there is passed on, and then it ends. */
    void finish() {
        locked(
                () -> {
                    last = true;
                    if (buffer.isEmpty()) { // else it waits for the other side
                        step();
                    }
                });
    }

    /** Completed when everything was passed on that will be. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** One buffer's worth, since other events wait; all that is left when it is the last. */
    private void step() {
        if (done.isDone()) {
            return;
        }
        try {
            do {
                if (buffer.isEmpty()) {
                    fill();
                }
                if (!flush()) {
                    await(Interest.WRITE);
                    return;
                }
            } while (last && !sourceEnded);
            if (sourceEnded) {
                stop();
            } else {
                await(Interest.READ);
            }
        } catch (LinuxException e) {
            stop(); // the other side is gone, and whoever reads it sees that
        }
    }

    /** Until the buffer is full or nothing is there: a terminal gives a page at a time. */
    private void fill() {
        Memory memory = Memory.of(CAPACITY);
        buffer = Optional.of(memory);
        start = 0;
        end = 0;
        while (end < CAPACITY && !sourceEnded) {
            int count = read(memory);
            if (count < 0) {
                sourceEnded = last;
                break;
            }
            sourceEnded = count == 0;
            end += count;
        }
        lastRounds += last ? 1 : 0;
        sourceEnded |= lastRounds == LAST_ROUNDS;
    }

    /** A terminal that no process has open any more says EIO. */
    private int read(Memory memory) {
        try {
            return from.tryRead(memory, end, CAPACITY - end);
        } catch (LinuxException e) {
            if (e.is(Errno.EIO)) {
                return 0;
            }
            throw e;
        }
    }

    /** Whether all is written. */
    private boolean flush() {
        Memory memory = buffer.orElseThrow();
        while (start < end && !refused) {
            int count = write(memory);
            if (count == 0 && !refused) {
                return false;
            }
            start += count;
        }
        drop();
        return true;
    }

    private int write(Memory memory) {
        try {
            return to.tryWrite(memory, start, end - start);
        } catch (LinuxException e) {
            if (whenRefused == WhenRefused.END) {
                throw e;
            }
            refused = true;
            return 0;
        }
    }

    private void await(Interest interest) {
        if (watch.isPresent() && awaited == interest) {
            return;
        }
        unwatch();
        awaited = interest;
        Fd fd =
                switch (interest) {
                    case READ -> from;
                    case WRITE -> to;
                };
        watch = Optional.of(events.watch(fd, interest, () -> locked(this::step)));
    }

    private void unwatch() {
        watch.ifPresent(Watch::close);
        watch = Optional.empty();
    }

    private void drop() {
        buffer.ifPresent(Memory::close);
        buffer = Optional.empty();
    }

    private void stop() {
        unwatch();
        drop();
        done.complete(null);
    }

    /** What was not passed on is lost; the descriptors stay open. */
    @Override
    public void close() {
        locked(this::stop);
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
