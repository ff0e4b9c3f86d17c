package io.reaper.linux.file;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code statx(2)} says of a file.
 *
 * @param mode type and permission bits
 * @param size in bytes
 * @param device of the filesystem: major in the high, minor in the low 32 bits
 * @param rdev of a device node, what it stands for, in the same form; 0 of other files
 */
public record FileStat(int mode, int uid, int gid, long size, long device, long inode, long rdev) {

    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;

    private static final int S_IFMT = 0xf000;
    private static final int S_IFIFO = 0x1000;
    private static final int S_IFCHR = 0x2000;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFLNK = 0xa000;
    private static final int S_IFSOCK = 0xc000;

    public static FileStat of(Path path) {
        return read(Syscalls.AT_FDCWD, path.toString(), 0, path);
    }

    public static FileStat ofNoFollow(Path path) {
        return read(Syscalls.AT_FDCWD, path.toString(), AT_SYMLINK_NOFOLLOW, path);
    }

    /** As {@link #ofNoFollow}; empty where no such file is or can be. */
    public static Optional<FileStat> find(Path path) {
        try (Memory statx = Memory.of(STATX_SIZE)) {
            long result = statx(Syscalls.AT_FDCWD, path.toString(), AT_SYMLINK_NOFOLLOW, statx);
            if (result == -Errno.ENOENT.number()
                    || result == -Errno.ENOTDIR.number()
                    || result == -Errno.ENAMETOOLONG.number()) {
                return Optional.empty();
            }
            LinuxException.check(result, "stat", path);
            return Optional.of(decode(statx.bytes()));
        }
    }

    /** Whether there is a directory; a link to one is none. */
    public static boolean isDirectory(Path path) {
        return find(path).filter(FileStat::isDirectory).isPresent();
    }

    static FileStat of(Fd fd) {
        return read(fd.number(), "", AT_EMPTY_PATH, fd);
    }

    private static FileStat read(int dirfd, String path, int flags, Object what) {
        try (Memory statx = Memory.of(STATX_SIZE)) {
            LinuxException.check(statx(dirfd, path, flags, statx), "stat", what);
            return decode(statx.bytes());
        }
    }

    private static long statx(int dirfd, String path, int flags, Memory result) {
        return Syscalls.get().statx(dirfd, path, flags, STATX_BASIC_STATS, result);
    }

    private static FileStat decode(ByteBuffer b) {
        return new FileStat(
                Short.toUnsignedInt(b.getShort(28)),
                b.getInt(20),
                b.getInt(24),
                b.getLong(40),
                deviceNumber(b.getInt(136), b.getInt(140)),
                b.getLong(32),
                deviceNumber(b.getInt(128), b.getInt(132)));
    }

    private static long deviceNumber(int major, int minor) {
        return (long) major << Integer.SIZE | Integer.toUnsignedLong(minor);
    }

    public boolean isFifo() {
        return (mode & S_IFMT) == S_IFIFO;
    }

    public boolean isSocket() {
        return (mode & S_IFMT) == S_IFSOCK;
    }

    public boolean isRegular() {
        return (mode & S_IFMT) == S_IFREG;
    }

    public boolean isDirectory() {
        return (mode & S_IFMT) == S_IFDIR;
    }

    public boolean isLink() {
        return (mode & S_IFMT) == S_IFLNK;
    }

    public boolean isCharacterDevice() {
        return (mode & S_IFMT) == S_IFCHR;
    }

    /** A character device of these numbers. */
    public boolean isCharacterDevice(int major, int minor) {
        return isCharacterDevice() && rdev == deviceNumber(major, minor);
    }

    /** The same kind of file, and for device nodes the same device. */
    public boolean sameKind(int type, int major, int minor) {
        return (mode & S_IFMT) == type && rdev == deviceNumber(major, minor);
    }

    /** The lower twelve bits. */
    public int permissions() {
        return mode & 0xfff;
    }

    /** The same file, whatever path led to it. */
    public boolean sameFile(FileStat other) {
        return device == other.device && inode == other.inode;
    }
}
