package io.reaper.linux.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;

/**
 * A mount, or a tree of them, that a descriptor holds: first attached nowhere, then at most once.
 * The descriptor leads to its root all the time, whatever covers the place. A tree that is closed
 * without having been attached is gone.
 */
public final class MountTree implements AutoCloseable {

    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int MOUNT_ATTR_SIZE = 32;
    private static final int AT_SET = 0;
    private static final int AT_CLEAR = 8;
    private static final int AT_PROPAGATION = 16;

    private final Syscalls syscalls;
    private final Fd fd;

    MountTree(Syscalls syscalls, Fd fd) {
        this.syscalls = syscalls;
        this.fd = fd;
    }

    /**
     * What a bind mount of a file would be ({@code open_tree(2)} with {@code OPEN_TREE_CLONE}).
     *
     * @param source of this mount namespace; {@code O_PATH} is enough
     * @param recursive with the mounts below it
     * @throws LinuxException EINVAL for a source that is unbindable or of another mount namespace
     */
    public static MountTree copyOf(Syscalls syscalls, Fd source, boolean recursive) {
        int flags = OPEN_TREE_CLONE | OpenFlags.O_CLOEXEC | AT_EMPTY_PATH;
        long result =
                syscalls.openTree(source.number(), "", flags | (recursive ? AT_RECURSIVE : 0));
        return new MountTree(syscalls, Fd.opened(result, "open_tree", source));
    }

    /** One that is attached already; {@code root} is closed with it. */
    public static MountTree attached(Syscalls syscalls, Fd root) {
        return new MountTree(syscalls, root);
    }

    /** Of the root: good for what {@code O_PATH} is good for. */
    public Fd fd() {
        return fd;
    }

    /**
     * {@code mount_setattr(2)}.
     *
     * @param recursive for the mounts below it, too
     * @return false if the kernel cannot (before 5.12; nosymfollow: before 5.14), and nothing was
     *     done
     */
    public boolean set(MountAttributes attributes, boolean recursive) {
        return attributes.isNone() || set(syscalls, fd, attributes, recursive);
    }

    static boolean set(Syscalls syscalls, Fd root, MountAttributes attributes, boolean recursive) {
        long result = change(syscalls, root, attributes, 0, recursive);
        boolean unknown =
                result == -Errno.EINVAL.number()
                        && (attributes.set() & MountAttributes.NOSYMFOLLOW) != 0
                        && !recursive;
        if (result == -Errno.ENOSYS.number() || unknown) {
            return false;
        }
        LinuxException.check(result, "mount_setattr", "");
        return true;
    }

    /** False if the kernel has no such call. */
    static boolean set(Syscalls syscalls, Fd root, Propagation propagation, boolean recursive) {
        long result = change(syscalls, root, MountAttributes.NONE, propagation.flag(), recursive);
        if (result == -Errno.ENOSYS.number()) {
            return false;
        }
        LinuxException.check(result, "mount_setattr", "");
        return true;
    }

    private static long change(
            Syscalls syscalls,
            Fd root,
            MountAttributes attributes,
            int propagation,
            boolean recursive) {
        try (Memory change = Memory.of(MOUNT_ATTR_SIZE)) {
            change.bytes().putLong(AT_SET, attributes.set());
            change.bytes().putLong(AT_CLEAR, attributes.clear());
            change.bytes().putLong(AT_PROPAGATION, propagation);
            int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
            return syscalls.mountSetattr(root.number(), "", flags, change);
        }
    }

    /**
     * Mounts it on what a descriptor leads to, above what is mounted there ({@code move_mount(2)}):
     * no path is walked.
     *
     * @param destination a directory for a tree whose root is one, else none
     * @throws LinuxException EINVAL where that does not fit
     */
    public void attachTo(Fd destination) {
        int flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
        LinuxException.check(
                syscalls.moveMount(fd.number(), "", destination.number(), "", flags),
                "move_mount",
                "");
    }

    /** An attached one stays mounted. */
    @Override
    public void close() {
        fd.close();
    }
}
