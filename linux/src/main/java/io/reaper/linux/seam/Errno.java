package io.reaper.linux.seam;

/**
 * An error number of {@code errno(3)}. The numbers are those of x86-64 and aarch64, which agree.
 *
 * @param number 1 to 4095
 */
public record Errno(int number) {

    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno ESRCH = new Errno(3);
    public static final Errno EINTR = new Errno(4);
    public static final Errno EIO = new Errno(5);
    public static final Errno ENXIO = new Errno(6);
    public static final Errno E2BIG = new Errno(7);
    public static final Errno ENOEXEC = new Errno(8);
    public static final Errno EBADF = new Errno(9);
    public static final Errno ECHILD = new Errno(10);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno ENOMEM = new Errno(12);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno ENOTDIR = new Errno(20);
    public static final Errno EISDIR = new Errno(21);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno EMFILE = new Errno(24);
    public static final Errno ENOTTY = new Errno(25);
    public static final Errno ETXTBSY = new Errno(26);
    public static final Errno ENOSPC = new Errno(28);
    public static final Errno EROFS = new Errno(30);
    public static final Errno EPIPE = new Errno(32);
    public static final Errno ENAMETOOLONG = new Errno(36);
    public static final Errno ENOSYS = new Errno(38);
    public static final Errno ENOTEMPTY = new Errno(39);
    public static final Errno ELOOP = new Errno(40);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno ECONNRESET = new Errno(104);
    public static final Errno ETIMEDOUT = new Errno(110);
    public static final Errno ECONNREFUSED = new Errno(111);
    public static final Errno EDQUOT = new Errno(122);

    /** What {@code strerror(3)} says, in lower case: callers of runtimes match on these words. */
    public String text() {
        return switch (number) {
            case 1 -> "operation not permitted";
            case 2 -> "no such file or directory";
            case 3 -> "no such process";
            case 4 -> "interrupted system call";
            case 5 -> "input/output error";
            case 6 -> "no such device or address";
            case 7 -> "argument list too long";
            case 8 -> "exec format error";
            case 9 -> "bad file descriptor";
            case 10 -> "no child processes";
            case 11 -> "resource temporarily unavailable";
            case 12 -> "cannot allocate memory";
            case 13 -> "permission denied";
            case 14 -> "bad address";
            case 15 -> "block device required";
            case 16 -> "device or resource busy";
            case 17 -> "file exists";
            case 18 -> "invalid cross-device link";
            case 19 -> "no such device";
            case 20 -> "not a directory";
            case 21 -> "is a directory";
            case 22 -> "invalid argument";
            case 23 -> "too many open files in system";
            case 24 -> "too many open files";
            case 25 -> "inappropriate ioctl for device";
            case 26 -> "text file busy";
            case 27 -> "file too large";
            case 28 -> "no space left on device";
            case 29 -> "illegal seek";
            case 30 -> "read-only file system";
            case 31 -> "too many links";
            case 32 -> "broken pipe";
            case 34 -> "numerical result out of range";
            case 36 -> "file name too long";
            case 38 -> "function not implemented";
            case 39 -> "directory not empty";
            case 40 -> "too many levels of symbolic links";
            case 80 -> "accessing a corrupted shared library";
            case 95 -> "operation not supported";
            case 104 -> "connection reset by peer";
            case 107 -> "transport endpoint is not connected";
            case 110 -> "connection timed out";
            case 111 -> "connection refused";
            case 122 -> "disk quota exceeded";
            case 126 -> "required key not available";
            default -> "errno " + number;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Errno errno && errno.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return text();
    }
}
