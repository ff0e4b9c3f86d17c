package io.reaper.linux.file;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Files that java.nio.file cannot make, or not with these permissions. */
public final class LinuxFiles {

    private static final int S_IFIFO = 0x1000;
    private static final int AT_EACCESS = 0x200;
    private static final int X_OK = 1;
    private static final int STATFS_SIZE = 256;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int PATH_MAX = 4096;

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

    /** Whether there is a file, a dangling link too. */
    public static boolean exists(Path path) {
        return FileStat.find(path).isPresent();
    }

    /** Removes a file or a link; none is no error. */
    public static void unlink(Path path) {
        remove(path, 0, "unlink");
    }

    /**
     * Removes a directory; none is no error.
     *
     * @throws LinuxException ENOTEMPTY; EBUSY of a cgroup
     */
    public static void removeDirectory(Path path) {
        remove(path, AT_REMOVEDIR, "rmdir");
    }

    /** Removes whatever has this name, a directory with all in it; a link is not followed. */
    public static void removeTree(Path path) {
        try {
            unlink(path);
        } catch (LinuxException e) {
            if (!e.is(Errno.EISDIR)) {
                throw e;
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
                entries.forEach(LinuxFiles::removeTree);
            } catch (NoSuchFileException gone) {
                return; // somebody else removed it
            } catch (IOException | DirectoryIteratorException unreadable) {
                LinuxException problem = new LinuxException("read", path.toString(), Errno.EIO);
                problem.addSuppressed(unreadable);
                throw problem;
            }
            removeDirectory(path);
        }
    }

    private static void remove(Path path, int flags, String operation) {
        long result = Syscalls.get().unlinkat(Syscalls.AT_FDCWD, path.toString(), flags);
        if (result != -Errno.ENOENT.number()) {
            LinuxException.check(result, operation, path);
        }
    }

    /** Replaces what has the new name. */
    public static void rename(Path from, Path to) {
        LinuxException.check(
                Syscalls.get().renameat2(from.toString(), to.toString(), 0), "rename", to);
    }

    /** The absolute path of a directory, without symbolic links. */
    public static Path realPath(Path directory) {
        try (Fd found = Fd.open(directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
                Memory target = Memory.of(PATH_MAX)) {
            String link = "/proc/self/fd/" + found.number();
            int length =
                    (int)
                            LinuxException.check(
                                    Syscalls.get()
                                            .readlinkat(Syscalls.AT_FDCWD, link, target, PATH_MAX),
                                    "readlink",
                                    link);
            byte[] utf8 = new byte[length];
            target.bytes().get(0, utf8);
            return Path.of(new String(utf8, StandardCharsets.UTF_8));
        }
    }

    /** Whether a path leads to a file system of that kind ({@code statfs(2)}, f_type). */
    public static boolean isOn(Path path, long magic) {
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
     * A directory that did not exist, with exactly these permissions; none is left if it fails.
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
        } catch (LinuxException e) {
            try {
                removeDirectory(path);
            } catch (LinuxException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /** The permissions of what a path leads to. */
    public static void setPermissions(Path path, int permissions) {
        LinuxException.check(
                Syscalls.get().fchmodat(Syscalls.AT_FDCWD, path.toString(), permissions),
                "chmod",
                path);
    }

    private static void chmod(Path path, int permissions) {
        // never opens the FIFO for reading or writing, which would wait or wake somebody
        try (Fd found = Fd.open(path, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW)) {
            LinuxException.check(chmodByPath(found, permissions), "chmod", path);
        }
    }

    private static long chmodByPath(Fd found, int permissions) {
        return Syscalls.get()
                .fchmodat(Syscalls.AT_FDCWD, "/proc/self/fd/" + found.number(), permissions);
    }

    /** Whether the effective user may execute it; the reason if not ({@code faccessat2(2)}). */
    public static void checkExecutable(String path) {
        LinuxException.check(
                Syscalls.get().faccessat2(Syscalls.AT_FDCWD, path, X_OK, AT_EACCESS),
                "access",
                path);
    }
}
