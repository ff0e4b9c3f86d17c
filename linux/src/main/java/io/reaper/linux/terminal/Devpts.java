package io.reaper.linux.terminal;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;

/** The file system of terminals ({@code pts(4)}); each mount of it is an instance of its own. */
public final class Devpts {

    private static final long MAGIC = 0x1cd1;
    private static final int STATFS_SIZE = 120;

    /** Of each instance's ptmx; the root has 1, terminals have theirs from 3 on. */
    private static final long MULTIPLEXER = 2;

    private Devpts() {}

    /**
     * Makes sure that a descriptor is an instance's own multiplexer: no terminal, and no file that
     * only has its name.
     *
     * @throws LinuxException ENODEV if it is not
     */
    public static void checkMultiplexer(Fd file) {
        FileStat stat = file.stat();
        if (!isOnDevpts(file) || !stat.isCharacterDevice() || stat.inode() != MULTIPLEXER) {
            throw new LinuxException("use as devpts's multiplexer", file.toString(), Errno.ENODEV);
        }
    }

    private static boolean isOnDevpts(Fd file) {
        try (Memory statfs = Memory.of(STATFS_SIZE)) {
            LinuxException.check(
                    Syscalls.get().fstatfs(file.number(), statfs), "statfs", file.toString());
            return statfs.bytes().getLong(0) == MAGIC;
        }
    }
}
