package io.reaper.runtime.terminal;

import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import java.util.Optional;

/** Bytes on their way from one descriptor to another, at most one buffer of them. */
final class Pump implements AutoCloseable {

    private static final int SIZE = 64 * 1024;

    private final Fd from;
    private final Fd to;
    private final Memory buffer = Memory.of(SIZE);
    private int start;
    private int end;
    private boolean ended;

    Pump(Fd from, Fd to) {
        this.from = from;
        this.to = to;
    }

    /** What to wait for before the next {@link #step}; empty when the source has ended. */
    Optional<Poll.Entry> waitsFor() {
        if (isLoaded()) {
            return Optional.of(new Poll.Entry(to, Poll.POLLOUT));
        }
        return ended ? Optional.empty() : Optional.of(new Poll.Entry(from, Poll.POLLIN));
    }

    /**
     * Passes on what is there, when what it waits for is ready.
     *
     * @return bytes read
     * @throws LinuxException EPIPE or EIO if nobody takes it
     */
    int step() {
        int count = take();
        give();
        return count;
    }

    /**
     * The first half of a step.
     *
     * @return bytes read
     */
    int take() {
        if (isLoaded() || ended) {
            return 0;
        }
        int count = Math.max(0, read());
        start = 0;
        end = count;
        return count;
    }

    /**
     * The other half of a step.
     *
     * @throws LinuxException EPIPE or EIO if nobody takes it
     */
    void give() {
        if (isLoaded()) {
            start += to.tryWrite(buffer, start, end - start);
        }
    }

    /** −1 if nothing is there. */
    private int read() {
        int count;
        try {
            count = from.tryRead(buffer, 0, SIZE);
        } catch (LinuxException e) {
            if (!e.is(Errno.EIO)) {
                throw e;
            }
            count = 0; // a terminal without another side
        }
        ended = count == 0;
        return count;
    }

    /** Whether a part of what was read is still to be written. */
    boolean isLoaded() {
        return start < end;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
