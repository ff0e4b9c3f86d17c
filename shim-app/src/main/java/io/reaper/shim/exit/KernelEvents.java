package io.reaper.shim.exit;

import io.reaper.linux.event.Epoll;
import io.reaper.linux.event.EventFd;
import io.reaper.linux.file.Fd;
import io.reaper.shim.log.ShimLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one platform thread that waits for descriptors to become ready (epoll(7)): pidfds, inotify,
 * terminals. Handlers run on it, so they never block. Tokens are never used twice: an event of a
 * descriptor whose watch has ended finds no handler.
 */
public final class KernelEvents implements AutoCloseable {

    private static final long STOP = 0;

    private final Epoll epoll = new Epoll();
    private final EventFd stop = new EventFd();
    private final Map<Long, Runnable> handlers = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong(STOP);
    private final ShimLog log;
    private final Thread thread;

    private KernelEvents(ShimLog log) {
        this.log = log;
        this.thread = Thread.ofPlatform().name("kernel-events").daemon().unstarted(this::run);
    }

    public static KernelEvents start(ShimLog log) {
        KernelEvents events = new KernelEvents(log);
        events.epoll.add(events.stop.fd(), Epoll.EPOLLIN, STOP);
        events.thread.start();
        return events;
    }

    /** Ends with {@link #close}, which comes before the descriptor's own. */
    public final class Watch implements AutoCloseable {
        private final Fd fd;
        private final long token;

        private Watch(Fd fd, long token) {
            this.fd = fd;
            this.token = token;
        }

        @Override
        public void close() {
            if (handlers.remove(token) != null) {
                epoll.remove(fd);
            }
        }
    }

    /** What a watch waits for. */
    public enum Interest {
        READ(Epoll.EPOLLIN),
        WRITE(Epoll.EPOLLOUT);

        private final int events;

        Interest(int events) {
            this.events = events;
        }
    }

    /**
     * Calls the handler whenever the descriptor is readable.
     *
     * @param handler called as long as the descriptor is readable: it reads, or closes the watch
     */
    public Watch watch(Fd fd, Runnable handler) {
        return watch(fd, Interest.READ, handler);
    }

    /**
     * Calls the handler whenever the descriptor is ready, or its other side is gone.
     *
     * @param handler called as long as that is so: it does something about it, or closes the watch
     * @throws io.reaper.linux.seam.LinuxException EPERM if it is never waited for (a regular file),
     *     EEXIST if it is watched already: a duplicate of it can be
     */
    public Watch watch(Fd fd, Interest interest, Runnable handler) {
        Watch watch = new Watch(fd, tokens.incrementAndGet());
        handlers.put(watch.token, handler);
        try {
            epoll.add(fd, interest.events, watch.token);
        } catch (RuntimeException e) {
            handlers.remove(watch.token);
            throw e;
        }
        return watch;
    }

    private void run() {
        while (true) {
            for (Epoll.Ready ready : epoll.await()) {
                if (ready.token() == STOP) {
                    return;
                }
                Runnable handler = handlers.get(ready.token());
                if (handler != null) {
                    handle(handler);
                }
            }
        }
    }

    private void handle(Runnable handler) {
        try {
            handler.run();
        } catch (Throwable e) {
            // the thread serves every container: one handler's failure must not end it
            log.error("event of a descriptor", e);
        }
    }

    /** Returns when no handler runs any more. */
    @Override
    public void close() {
        stop.signal();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
        stop.close();
    }
}
