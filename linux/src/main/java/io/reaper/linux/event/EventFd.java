package io.reaper.linux.event;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;

/** Wakes a thread that waits in {@link Epoll} or {@link Poll} ({@code eventfd(2)}). */
public final class EventFd implements AutoCloseable {

    private static final int FLAGS = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;

    private final Fd fd = Fd.opened(Syscalls.get().eventfd2(0, FLAGS), "eventfd", "");

    public Fd fd() {
        return fd;
    }

    /** Makes the descriptor readable until {@link #drain}. */
    public void signal() {
        try (Memory one = Memory.of(Long.BYTES)) {
            one.bytes().putLong(0, 1);
            LinuxException.check(
                    Syscalls.get().write(fd.number(), one, Long.BYTES), "write", "eventfd");
        }
    }

    public void drain() {
        try (Memory counter = Memory.of(Long.BYTES)) {
            long result = Syscalls.get().read(fd.number(), counter, Long.BYTES);
            if (result != -Errno.EAGAIN.number()) {
                LinuxException.check(result, "read", "eventfd");
            }
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
