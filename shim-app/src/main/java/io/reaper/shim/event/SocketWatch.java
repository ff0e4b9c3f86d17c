package io.reaper.shim.event;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.EventFd;
import io.reaper.linux.event.Inotify;
import io.reaper.linux.event.Poll;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells whenever a socket may have begun to listen at a path (inotify(7)), from a thread of its
 * own.
 *
 * <p>Every directory on the way is watched, so that it may be missing for a while. A server binds
 * (IN_CREATE), listens, and then sets the socket's mode (IN_ATTRIB): connects fail before the
 * second.
 */
final class SocketWatch implements AutoCloseable {
    private static final int MASK =
            Inotify.IN_CREATE | Inotify.IN_MOVED_TO | Inotify.IN_ATTRIB | Inotify.IN_DELETE_SELF;

    private final Path socket;
    private final Runnable changed;
    private final Consumer<String> problems;
    private final Inotify inotify = new Inotify();
    private final EventFd stop = new EventFd();
    private final Map<Integer, String> names = new HashMap<>();
    private boolean ended;

    private SocketWatch(Path socket, Runnable changed, Consumer<String> problems) {
        this.socket = socket;
        this.changed = changed;
        this.problems = problems;
    }

    /**
     * Watches from now on: what comes after this has returned is told.
     *
     * @param socket absolute
     * @throws LinuxException if the kernel refuses (EMFILE:
     *     /proc/sys/fs/inotify/max_user_instances)
     */
    static SocketWatch start(Path socket, Runnable changed, Consumer<String> problems) {
        SocketWatch watch = new SocketWatch(socket, changed, problems);
        try {
            watch.arm();
        } catch (LinuxException e) {
            watch.end();
            throw e;
        }
        Thread.ofPlatform().daemon().name("event-socket").start(watch::run);
        return watch;
    }

    /** From the root down, so that what is made meanwhile below is told by the watch above it. */
    private void arm() {
        names.clear();
        for (int depth = 0; depth < socket.getNameCount(); depth++) {
            Path directory =
                    depth == 0
                            ? socket.getRoot()
                            : socket.getRoot().resolve(socket.subpath(0, depth));
            try {
                names.put(inotify.watch(directory, MASK), socket.getName(depth).toString());
            } catch (LinuxException e) {
                if (e.is(Errno.ENOENT)) {
                    return;
                }
                throw e;
            }
        }
    }

    private void run() {
        try {
            while (!stopped()) {
                if (inotify.read().stream().anyMatch(this::concerns)) {
                    arm();
                    changed.run();
                }
            }
        } catch (LinuxException e) {
            problems.accept("watching for " + socket + " ended: " + e.getMessage());
        } finally {
            end();
        }
    }

    private boolean stopped() {
        int[] ready =
                Poll.await(
                        Deadline.NONE,
                        new Poll.Entry(inotify.fd(), Poll.POLLIN),
                        new Poll.Entry(stop.fd(), Poll.POLLIN));
        return ready[1] != 0;
    }

    private boolean concerns(Inotify.Event event) {
        return (event.mask() & Inotify.IN_DELETE_SELF) != 0
                || event.name().equals(names.get(event.watch()));
    }

    private synchronized void end() {
        ended = true;
        inotify.close();
        stop.close();
    }

    /** Ends the thread; does not wait for it. */
    @Override
    public synchronized void close() {
        if (!ended) {
            stop.signal();
        }
    }
}
