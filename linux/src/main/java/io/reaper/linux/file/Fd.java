package io.reaper.linux.file;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open file descriptor. Every one made here is close-on-exec. */
public final class Fd implements AutoCloseable {

    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int MFD_CLOEXEC = 1;
    private static final List<String> NAMELESS = List.of("/dev/shm", "/run", "/tmp");
    private static final int TEMPORARY = OpenFlags.O_TMPFILE | OpenFlags.O_RDWR | OpenFlags.O_EXCL;
    private static final int OWNER_ONLY = 0600;
    private static final int SEEK_SET = 0;
    private static final int CHUNK = 64 * 1024;
    private static final int FIRST_CHUNK = 4 * 1024;

    private final int number;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Fd(long number, String name) {
        this.number = Math.toIntExact(number);
        this.name = name;
    }

    /** Takes over an inherited descriptor. */
    public static Fd of(int number) {
        return new Fd(number, "fd " + number);
    }

    public static Fd opened(long result, String operation, Object object) {
        return new Fd(LinuxException.check(result, operation, object), String.valueOf(object));
    }

    /**
     * {@code open(2)}; waits if a FIFO's other side is missing and {@code O_NONBLOCK} is not given.
     *
     * @param mode permissions of a file made by {@code O_CREAT}, before the umask
     */
    public static Fd open(Path path, int flags, int mode) {
        return openAt(Syscalls.AT_FDCWD, path.toString(), flags, mode, path);
    }

    public static Fd open(Path path, int flags) {
        return open(path, flags, 0);
    }

    /** As {@link #open(Path, int)}; empty where no such file is (ENOENT). */
    public static Optional<Fd> openIfPresent(Path path, int flags) {
        long result = tryOpen(Syscalls.AT_FDCWD, path.toString(), flags, 0);
        return result == -Errno.ENOENT.number()
                ? Optional.empty()
                : Optional.of(opened(result, "open", path));
    }

    private static Fd openAt(int dirfd, String path, int flags, int mode, Object what) {
        return opened(tryOpen(dirfd, path, flags, mode), "open", what);
    }

    private static long tryOpen(int dirfd, String path, int flags, int mode) {
        long result;
        do {
            result = Syscalls.get().openat(dirfd, path, flags | OpenFlags.O_CLOEXEC, mode);
        } while (result == -Errno.EINTR.number());
        return result;
    }

    /**
     * Opens below a directory; no component may be a symbolic link, "..", or absolute ({@code
     * openat2(2)}).
     *
     * @throws LinuxException ELOOP for a link, EXDEV for a path that leads out
     */
    public static Fd openBeneath(Fd directory, String relative, int flags, int mode) {
        long resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
        long result =
                Syscalls.get()
                        .openat2(
                                directory.number,
                                relative,
                                flags | OpenFlags.O_CLOEXEC,
                                mode,
                                resolve);
        // of a file's own there is no EPERM: a seccomp filter
        String call = result == -Errno.EPERM.number() ? "openat2" : "open";
        return opened(result, call, directory.name + "/" + relative);
    }

    /** Both ends of a pipe: the reading one, the writing one. */
    public static Fd[] pipe(int flags) {
        try (Memory pair = Memory.of(2 * Integer.BYTES)) {
            LinuxException.check(
                    Syscalls.get().pipe2(pair, flags | OpenFlags.O_CLOEXEC), "pipe2", "");
            return pair(pair, "pipe");
        }
    }

    /** Two connected Unix sockets that keep message borders ({@code SOCK_SEQPACKET}). */
    public static Fd[] socketPair() {
        try (Memory pair = Memory.of(2 * Integer.BYTES)) {
            int type = SOCK_SEQPACKET | OpenFlags.O_CLOEXEC;
            LinuxException.check(
                    Syscalls.get().socketpair(AF_UNIX, type, 0, pair), "socketpair", "");
            return pair(pair, "socket");
        }
    }

    private static Fd[] pair(Memory numbers, String name) {
        return new Fd[] {
            new Fd(numbers.bytes().getInt(0), name),
            new Fd(numbers.bytes().getInt(Integer.BYTES), name)
        };
    }

    /**
     * An anonymous file in memory ({@code memfd_create(2)}). Where a seccomp filter leaves that out
     * one without a name in a directory that usually lies in memory.
     */
    public static Fd memory(String name) {
        long result = Syscalls.get().memfdCreate(name, MFD_CLOEXEC);
        if (result == -Errno.EPERM.number() || result == -Errno.ENOSYS.number()) {
            for (String directory : NAMELESS) {
                long file = tryOpen(Syscalls.AT_FDCWD, directory, TEMPORARY, OWNER_ONLY);
                if (file >= 0) {
                    return new Fd(file, name);
                }
            }
        }
        return opened(result, "memfd_create", name);
    }

    public int number() {
        return number;
    }

    /** A descriptor of the same file, newly opened through {@code /proc/self/fd}; may wait. */
    public Fd reopen(int flags) {
        return openAt(Syscalls.AT_FDCWD, "/proc/self/fd/" + number, flags, 0, name);
    }

    /**
     * The same where /proc may be anybody's.
     *
     * @param procfs of the node
     */
    public Fd reopen(Fd procfs, int flags) {
        return openAt(procfs.number, "self/fd/" + number, flags, 0, name);
    }

    /**
     * Whether a descriptor came with {@code execve(2)}: it is open and not close-on-exec, as every
     * one that is opened here is.
     */
    public static boolean isInherited(int number) {
        long flags = Syscalls.get().fcntl(number, F_GETFD, 0);
        return flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }

    /** Does not reach the next program; one that is not open is no error. */
    public static void closeOnExec(int number) {
        long result = Syscalls.get().fcntl(number, F_SETFD, FD_CLOEXEC);
        if (result != -Errno.EBADF.number()) {
            LinuxException.check(result, "close on exec", "fd " + number);
        }
    }

    public Fd duplicate() {
        return opened(Syscalls.get().fcntl(number, F_DUPFD_CLOEXEC, 0), "dup", name);
    }

    /**
     * The same file under a number of one's choice, which the next program inherits ({@code
     * dup2(2)}); what had that number is closed.
     */
    public void duplicateTo(int target) {
        if (target != number) {
            LinuxException.check(Syscalls.get().dup3(number, target, 0), "dup3", name);
        }
    }

    /** {@code O_NONBLOCK}, which all descriptors of one open file share. */
    public void setNonBlocking(boolean nonBlocking) {
        long flags = LinuxException.check(Syscalls.get().fcntl(number, F_GETFL, 0), "fcntl", name);
        long wanted = nonBlocking ? flags | OpenFlags.O_NONBLOCK : flags & ~OpenFlags.O_NONBLOCK;
        LinuxException.check(Syscalls.get().fcntl(number, F_SETFL, wanted), "fcntl", name);
    }

    /**
     * Reads once into a buffer.
     *
     * @return the bytes read, 0 at the end of the file, −1 if a non-blocking descriptor has nothing
     */
    public int tryRead(Memory buffer, int offset, int length) {
        long count;
        do {
            count = Syscalls.get().read(number, buffer, offset, length);
        } while (count == -Errno.EINTR.number());
        return count == -Errno.EAGAIN.number()
                ? -1
                : (int) LinuxException.check(count, "read", name);
    }

    /**
     * Writes once from within a buffer.
     *
     * @return the bytes written, 0 if a non-blocking descriptor takes none
     */
    public int tryWrite(Memory buffer, int offset, int length) {
        long count;
        do {
            count = Syscalls.get().write(number, buffer, offset, length);
        } while (count == -Errno.EINTR.number());
        return count == -Errno.EAGAIN.number()
                ? 0
                : (int) LinuxException.check(count, "write", name);
    }

    /**
     * Reads once; waits where the descriptor does.
     *
     * @return the bytes read, 0 at the end of the file
     * @throws LinuxException EAGAIN if the descriptor is non-blocking and nothing is there
     */
    public int read(byte[] into, int offset, int length) {
        try (Memory buffer = Memory.of(length)) {
            long count;
            do {
                count = Syscalls.get().read(number, buffer, length);
            } while (count == -Errno.EINTR.number());
            LinuxException.check(count, "read", name);
            buffer.bytes().get(0, into, offset, (int) count);
            return (int) count;
        }
    }

    /**
     * Reads to the end of the file.
     *
     * @param limit bytes
     * @throws LinuxException E2BIG (as "file too large" would be of writing) if there is more
     */
    public byte[] readAll(int limit) {
        return readAll(limit, FIRST_CHUNK - 1);
    }

    /**
     * The same of a file whose size is known, mostly: what is read once is not copied again.
     *
     * @param expected bytes; there may be less or more
     */
    public byte[] readAll(int limit, long expected) {
        byte[] all = new byte[(int) Math.min(expected + 1, limit + 1L)];
        int size = 0;
        for (int count; (count = read(all, size, Math.min(CHUNK, all.length - size))) > 0; ) {
            size += count;
            if (size > limit) {
                throw new LinuxException(
                        "read more than " + limit + " bytes of", name, Errno.E2BIG);
            }
            if (size == all.length) {
                all = Arrays.copyOf(all, (int) Math.min(2L * size, limit + 1L));
            }
        }
        return size == all.length ? all : Arrays.copyOf(all, size);
    }

    /**
     * Writes all; waits where the descriptor does.
     *
     * @throws LinuxException EAGAIN if the descriptor is non-blocking and full: a part may have
     *     been written
     */
    public void write(byte[] bytes) {
        try (Memory buffer = Memory.of(Math.min(CHUNK, bytes.length))) {
            for (int done = 0; done < bytes.length; ) {
                int part = Math.min(CHUNK, bytes.length - done);
                buffer.bytes().put(0, bytes, done, part);
                long count = Syscalls.get().write(number, buffer, part);
                if (count != -Errno.EINTR.number()) {
                    done += (int) LinuxException.check(count, "write", name);
                }
            }
        }
    }

    public void seek(long offset) {
        LinuxException.check(Syscalls.get().lseek(number, offset, SEEK_SET), "lseek", name);
    }

    /** Returns when the disk has it ({@code fsync(2)}). */
    public void sync() {
        LinuxException.check(Syscalls.get().fsync(number), "fsync", name);
    }

    public FileStat stat() {
        return FileStat.of(this);
    }

    public void chmod(int permissions) {
        LinuxException.check(Syscalls.get().fchmod(number, permissions), "fchmod", name);
    }

    /** Waits for the exclusive lock ({@code flock(2)}); it ends with the last duplicate. */
    public void lock() {
        await(LOCK_EX);
    }

    /** Waits until nobody has the exclusive lock, and takes one that others may have, too. */
    public void lockShared() {
        await(LOCK_SH);
    }

    private void await(int operation) {
        long result;
        do {
            result = Syscalls.get().flock(number, operation);
        } while (result == -Errno.EINTR.number());
        LinuxException.check(result, "flock", name);
    }

    /** The exclusive lock if nobody holds it. */
    public boolean tryLock() {
        return attempt(LOCK_EX);
    }

    /** As {@link #lockShared}, if nobody has the exclusive lock. */
    public boolean tryLockShared() {
        return attempt(LOCK_SH);
    }

    private boolean attempt(int operation) {
        long result = Syscalls.get().flock(number, operation | LOCK_NB);
        if (result == -Errno.EAGAIN.number()) {
            return false;
        }
        LinuxException.check(result, "flock", name);
        return true;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Syscalls.get()
                    .close(number); // EIO of a network file: the descriptor is gone all the same
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
