package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Standard streams that are the machine's /dev/null become the container's: what watches over a
 * container's files, a device cgroup or a security module, sees a node of its own.
 *
 * <p>A container without /dev/null, or with another file in its place, which a program may put
 * there at any time, keeps the machine's.
 */
public final class NullStreams {

    private static final int STREAMS = 3;
    private static final int F_GETFL = 3;
    private static final int O_ACCMODE = 3;

    private final Syscalls syscalls;
    private final IntFunction<FileStat> stats;
    private final Fd procfs;

    /**
     * @param stats what kind of file an open descriptor is
     * @param procfs {@code O_PATH} of a procfs in which this process is
     */
    public NullStreams(Syscalls syscalls, IntFunction<FileStat> stats, Fd procfs) {
        this.syscalls = syscalls;
        this.stats = stats;
        this.procfs = procfs;
    }

    /** Opens again whichever of the three streams it is. */
    public void reopen(RootDirectory root) {
        for (int stream = 0; stream < STREAMS; stream++) {
            FileStat stat = stats.apply(stream);
            if (NullDevice.is(stat)) {
                Optional<Fd> found = find(root);
                if (found.isPresent()) {
                    try (Fd own = found.get()) {
                        replace(stream, stat, own);
                    }
                }
            }
        }
    }

    /** Never opened for more before it is known: it may be a FIFO, or wake somebody. */
    private static Optional<Fd> find(RootDirectory root) {
        try {
            return root.find("/dev/null", OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW);
        } catch (LinuxException e) {
            if (e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void replace(int stream, FileStat old, Fd own) {
        FileStat stat = own.stat();
        if (NullDevice.is(stat) && !stat.sameFile(old)) {
            long flags = syscalls.fcntl(stream, F_GETFL, 0);
            int access = (int) LinuxException.check(flags, "fcntl", "fd " + stream) & O_ACCMODE;
            String link = "self/fd/" + own.number();
            long result = syscalls.openat(procfs.number(), link, access | OpenFlags.O_CLOEXEC, 0);
            try (Fd opened = Fd.opened(result, "open the container's", "/dev/null")) {
                opened.duplicateTo(stream);
            }
        }
    }
}
