package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import io.reaper.linux.event.Inotify;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.exit.KernelEvents;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps alive what was written to a FIFO that nobody reads at the moment: a FIFO's content (up to
 * 64 KiB, pipe(7)) vanishes with its last descriptor, so a write end is kept until a reader has
 * come.
 */
public final class ReaderWatch {

    private final KernelEvents events;

    public ReaderWatch(KernelEvents events) {
        this.events = events;
    }

    /**
     * Takes over a FIFO's read-write descriptor when its last writer has ended, and closes it: at
     * once where a reader is there, which sees the end of the file then; otherwise as soon as one
     * has opened the FIFO, or with the returned handle.
     */
    AutoCloseable release(Fd readWrite) {
        Fd writeEnd;
        try {
            writeEnd = readWrite.reopen(O_WRONLY | O_NONBLOCK); // has a reader: readWrite itself
        } finally {
            readWrite.close();
        }
        // Before the watch too: giving an inotify descriptor back takes 20 ms (the kernel waits for
        // a grace period), and somebody waits for this container's end.
        if (hasReader(writeEnd)) {
            writeEnd.close();
            return () -> {};
        }
        Kept kept = new Kept(writeEnd);
        kept.begin();
        return kept;
    }

    /** Opening a FIFO for writing without waiting fails while no process reads it (fifo(7)). */
    private static boolean hasReader(Fd writeEnd) {
        try (Fd probe = writeEnd.reopen(O_WRONLY | O_NONBLOCK)) {
            return probe.number() >= 0;
        } catch (LinuxException e) {
            if (e.is(Errno.ENXIO)) {
                return false;
            }
            throw e;
        }
    }

    /** One write end; {@code lock} guards its end, which the event thread and Delete may reach. */
    private final class Kept implements AutoCloseable {
        private final Fd writeEnd;
        private final Inotify inotify = new Inotify();
        private final ReentrantLock lock = new ReentrantLock();
        private KernelEvents.Watch watch;
        private boolean closed;

        Kept(Fd writeEnd) {
            this.writeEnd = writeEnd;
        }

        /**
         * First the watch, then the test: a reader that comes in between is seen by one of the two.
         * Our own opens do not matter: a failed one is no event, and one that succeeds ends this.
         */
        void begin() {
            lock.lock();
            try {
                inotify.watch(
                        Path.of("/proc/self/fd", Integer.toString(writeEnd.number())),
                        Inotify.IN_OPEN);
                if (hasReader(writeEnd)) {
                    close();
                } else {
                    watch = events.watch(inotify.fd(), this::opened);
                }
            } finally {
                lock.unlock();
            }
        }

        private void opened() {
            lock.lock();
            try {
                if (!closed) {
                    inotify.read();
                    if (hasReader(writeEnd)) {
                        close();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed) {
                    closed = true;
                    if (watch != null) {
                        watch.close();
                    }
                    inotify.close();
                    writeEnd.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
