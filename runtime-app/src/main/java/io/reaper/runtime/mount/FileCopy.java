package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a file is besides its content, and how another one becomes the same. */
final class FileCopy {

    static final int S_IFDIR = 0x4000;
    static final int S_IFREG = 0x8000;
    static final int S_IFLNK = 0xa000;

    private static final int S_IFMT = 0xf000;
    private static final int PERMISSIONS = 07777;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;
    private static final int UID = 20;
    private static final int GID = 24;
    private static final int MODE = 28;
    private static final int ACCESSED = 64;
    private static final int CHANGED = 112;
    private static final int DEVICE_MAJOR = 128;
    private static final int DEVICE_MINOR = 132;
    private static final int TIMES_SIZE = 32;
    private static final int VALUE_SIZE = 64 * 1024; // XATTR_SIZE_MAX, as XATTR_LIST_MAX

    private final Syscalls syscalls;
    private final ByteBuffer statx;

    private FileCopy(Syscalls syscalls, ByteBuffer statx) {
        this.syscalls = syscalls;
        this.statx = statx;
    }

    /**
     * Of a file below a directory; links are not followed.
     *
     * @param name empty for the descriptor's own
     */
    static FileCopy of(Syscalls syscalls, Fd directory, String name) {
        int flags = name.isEmpty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
        try (Memory result = Memory.of(STATX_SIZE)) {
            LinuxException.check(
                    syscalls.statx(directory.number(), name, flags, STATX_BASIC_STATS, result),
                    "tmpcopyup: stat",
                    name);
            byte[] copy = new byte[STATX_SIZE];
            result.bytes().get(0, copy);
            return new FileCopy(syscalls, ByteBuffer.wrap(copy).order(result.bytes().order()));
        }
    }

    int mode() {
        return Short.toUnsignedInt(statx.getShort(MODE));
    }

    int kind() {
        return mode() & S_IFMT;
    }

    int uid() {
        return statx.getInt(UID);
    }

    int gid() {
        return statx.getInt(GID);
    }

    /** As the raw call takes it. */
    int device() {
        int major = statx.getInt(DEVICE_MAJOR);
        int minor = statx.getInt(DEVICE_MINOR);
        return (minor & 0xff) | major << 8 | (minor & ~0xff) << 12;
    }

    /** Owner first: it takes capabilities and the set-user-id bit away. Times last. */
    void describe(Fd source, Fd made, String name) {
        check(syscalls.fchown(made.number(), uid(), gid()), "chown", name);
        attributes(source, made, name);
        check(syscalls.fchmod(made.number(), mode() & PERMISSIONS), "chmod", name);
        times(made.number(), "", AT_EMPTY_PATH);
    }

    /** Of the last access and the last change, to the nanosecond. */
    void times(int fd, String name, int flags) {
        try (Memory times = Memory.of(TIMES_SIZE)) {
            times.bytes().putLong(0, statx.getLong(ACCESSED));
            times.bytes().putLong(8, statx.getInt(ACCESSED + Long.BYTES));
            times.bytes().putLong(16, statx.getLong(CHANGED));
            times.bytes().putLong(24, statx.getInt(CHANGED + Long.BYTES));
            check(syscalls.utimensat(fd, name, times, flags), "utimensat", name);
        }
    }

    /** Those that the new filesystem knows. */
    private void attributes(Fd source, Fd made, String name) {
        try (Memory none = Memory.of(1)) {
            if (syscalls.flistxattr(source.number(), none, 0) == 0) {
                return;
            }
        }
        try (Memory names = Memory.of(VALUE_SIZE);
                Memory value = Memory.of(VALUE_SIZE)) {
            long length = syscalls.flistxattr(source.number(), names, VALUE_SIZE);
            if (length == -Errno.EOPNOTSUPP.number()) {
                return;
            }
            byte[] list = new byte[(int) check(length, "listxattr", name)];
            names.bytes().get(0, list);
            int start = 0;
            for (int at = 0; at < list.length; at++) {
                if (list[at] == 0) {
                    String key = new String(list, start, at - start, StandardCharsets.UTF_8);
                    attribute(source, made, key, value);
                    start = at + 1;
                }
            }
        }
    }

    private void attribute(Fd source, Fd made, String key, Memory value) {
        long size = syscalls.fgetxattr(source.number(), key, value, VALUE_SIZE);
        check(size, "getxattr", key);
        long result = syscalls.fsetxattr(made.number(), key, value, (int) size, 0);
        if (result != -Errno.EOPNOTSUPP.number()) {
            check(result, "setxattr", key);
        }
    }

    private static long check(long result, String call, String name) {
        return LinuxException.check(result, "tmpcopyup: " + call, name);
    }
}
