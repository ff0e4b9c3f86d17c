package io.reaper.linux;

import java.nio.file.Path;
import java.util.Optional;

/** Files that java.nio.file cannot make, or not with these permissions. */
public final class LinuxFiles {

    private static final int S_IFIFO = 0x1000;
    private static final int AT_EACCESS = 0x200;
    private static final int X_OK = 1;
    private static final int STATFS_SIZE = 256;

    private LinuxFiles() {}

    /**
     * A whole file; empty where none is (ENOENT).
     *
     * @param limit bytes
     * @throws LinuxException E2BIG if it is larger
     */
    public static Optional<byte[]> read(Path path, int limit) {
        Optional<Fd> found = Fd.openIfPresent(path, OpenFlags.O_RDONLY);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Fd file = found.get()) {
            return Optional.of(file.readAll(limit));
        }
    }

    /** Whether a path leads to a file system of that kind ({@code statfs(2)}, f_type). */
    static boolean isOn(Path path, long magic) {
        try (Memory statfs = Memory.of(STATFS_SIZE)) {
            return Syscalls.get().statfs(path.toString(), statfs) == 0
                    && statfs.bytes().getLong(0) == magic;
        }
    }

    /** A FIFO with exactly these permissions, whatever the umask ({@code mkfifo(3)}). */
    public static void mkfifo(Path path, int permissions) {
        LinuxException.check(
                Syscalls.get()
                        .mknodat(Syscalls.AT_FDCWD, path.toString(), S_IFIFO | permissions, 0),
                "mkfifo",
                path);
        chmod(path, permissions);
    }

    /**
     * A directory that did not exist, with exactly these permissions.
     *
     * @throws LinuxException EEXIST
     */
    public static void mkdir(Path path, int permissions) {
        LinuxException.check(
                Syscalls.get().mkdirat(Syscalls.AT_FDCWD, path.toString(), permissions),
                "mkdir",
                path);
        try (Fd directory =
                Fd.open(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW)) {
            directory.chmod(permissions);
        }
    }

    private static void chmod(Path path, int permissions) {
        // never opens the FIFO for reading or writing, which would wait or wake somebody
        try (Fd found = Fd.open(path, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW)) {
            LinuxException.check(chmodByPath(found, permissions), "chmod", path);
        }
    }

    private static long chmodByPath(Fd found, int permissions) {
        return Syscalls.get().fchmodat("/proc/self/fd/" + found.number(), permissions);
    }

    /** Whether the effective user may execute it; the reason if not ({@code faccessat2(2)}). */
    public static void checkExecutable(String path) {
        LinuxException.check(
                Syscalls.get().faccessat2(Syscalls.AT_FDCWD, path, X_OK, AT_EACCESS),
                "access",
                path);
    }
}
