package io.reaper.linux.event;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.EpollLayout;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.util.ArrayList;
import java.util.List;

/** A set of descriptors, each with a token, one of which is waited for ({@code epoll(7)}). */
public final class Epoll implements AutoCloseable {

    public static final int EPOLLIN = 1;
    public static final int EPOLLOUT = 4;
    public static final int EPOLLERR = 8;
    public static final int EPOLLHUP = 16;
    public static final int EPOLLONESHOT = 1 << 30;

    private static final int EPOLL_CLOEXEC = OpenFlags.O_CLOEXEC;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int BATCH = 32;

    private final Fd fd =
            Fd.opened(Syscalls.get().epollCreate1(EPOLL_CLOEXEC), "epoll_create1", "");

    /**
     * One descriptor that is ready.
     *
     * @param events what is ready: EPOLLIN, EPOLLHUP…
     * @param token what {@link #add} was given
     */
    public record Ready(long token, int events) {}

    public void add(Fd watched, int events, long token) {
        control(EPOLL_CTL_ADD, watched, events, token);
    }

    public void remove(Fd watched) {
        control(EPOLL_CTL_DEL, watched, 0, 0);
    }

    private void control(int operation, Fd watched, int events, long token) {
        try (Memory event = Memory.of(EpollLayout.CURRENT.size())) {
            event.bytes().putInt(0, events).putLong(EpollLayout.CURRENT.data(), token);
            LinuxException.check(
                    Syscalls.get().epollCtl(fd.number(), operation, watched.number(), event),
                    "epoll_ctl",
                    watched);
        }
    }

    /** Waits without limit. */
    public List<Ready> await() {
        EpollLayout layout = EpollLayout.CURRENT;
        try (Memory events = Memory.of(layout.size() * BATCH)) {
            long count;
            do {
                count = Syscalls.get().epollWait(fd.number(), events, BATCH);
            } while (count == -Errno.EINTR.number());
            LinuxException.check(count, "epoll_wait", "");
            List<Ready> ready = new ArrayList<>((int) count);
            for (int i = 0; i < count; i++) {
                int at = layout.size() * i;
                ready.add(
                        new Ready(
                                events.bytes().getLong(at + layout.data()),
                                events.bytes().getInt(at)));
            }
            return ready;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
