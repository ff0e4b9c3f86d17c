package io.reaper.linux;

import java.nio.file.Path;

/** Files that java.nio.file cannot make, or not with these permissions. */
public final class LinuxFiles {

    private static final int S_IFIFO = 0x1000;
    private static final int AT_EACCESS = 0x200;
    private static final int X_OK = 1;

    private LinuxFiles() {}

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
