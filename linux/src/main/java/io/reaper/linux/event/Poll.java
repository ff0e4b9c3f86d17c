package io.reaper.linux.event;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;

/** {@code poll(2)}: waits for any of a few descriptors. */
public final class Poll {

    public static final int POLLIN = 1;
    public static final int POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 16;

    private static final int POLLFD_SIZE = 8;

    private Poll() {}

    /**
     * What to wait for.
     *
     * @param events a mask of POLLIN and POLLOUT; POLLERR and POLLHUP are always told
     */
    public record Entry(Fd fd, int events) {}

    /**
     * Waits until something is ready.
     *
     * @return for each entry what is ready; all 0 if the deadline passed
     */
    public static int[] await(Deadline deadline, Entry... entries) {
        try (Memory fds = Memory.of(POLLFD_SIZE * entries.length)) {
            for (int i = 0; i < entries.length; i++) {
                fds.bytes()
                        .putInt(POLLFD_SIZE * i, entries[i].fd().number())
                        .putShort(POLLFD_SIZE * i + 4, (short) entries[i].events());
            }
            long result;
            do {
                // deadline: the caller's
                result = Syscalls.get().poll(fds, entries.length, deadline.remainingMillis());
            } while (result == -Errno.EINTR.number());
            LinuxException.check(result, "poll", "");
            int[] ready = new int[entries.length];
            for (int i = 0; i < ready.length; i++) {
                ready[i] = fds.bytes().getShort(POLLFD_SIZE * i + 6);
            }
            return ready;
        }
    }
}
