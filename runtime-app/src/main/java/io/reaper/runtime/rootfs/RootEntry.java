package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;

/** How "/" becomes the container's root. Afterwards the working directory is "/". */
public final class RootEntry {

    private static final long MS_REC = 0x4000;
    private static final long MS_SLAVE = 0x80000;
    private static final int MNT_DETACH = 2;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private static final String HERE = ".";
    private static final String TOP = "/";

    private final Syscalls syscalls;

    public RootEntry(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /**
     * {@code pivot_root(".", ".")}, which stacks the old root upon the new one, and takes the old
     * one away.
     *
     * @param root a mount's root
     */
    public void pivot(Fd root) {
        try (Fd old = Fd.open(Path.of(TOP), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            enter(root);
            long pivoted = syscalls.pivotRoot(HERE, HERE);
            boolean unusual = pivoted == -Errno.EINVAL.number();
            LinuxException.check(
                    pivoted,
                    "pivot_root" + (unusual ? " (from an initramfs: needs --no-pivot)" : ""),
                    "");
            enter(old);
            // or the machine's own mounts were taken away, too, where they are shared
            check(syscalls.mount(null, HERE, null, MS_SLAVE | MS_REC, null), "make slaves of", TOP);
            check(syscalls.umount2(HERE, MNT_DETACH), "umount the old root", "");
        }
        check(syscalls.chdir(TOP), "chdir", TOP);
    }

    /**
     * Without {@code pivot_root(2)}, which an initramfs does not allow: the old root stays below
     * the new one. Whole procfs and sysfs there go first, since a kernel that finds one lets a
     * container with a user namespace mount another, without the masks.
     *
     * @param root the mount that lies at {@code rootfs}
     * @param procfs {@code O_PATH} of a procfs in which this process is
     */
    public void move(Fd root, String rootfs, Fd procfs) {
        for (String place : FullMounts.outside(syscalls, procfs, rootfs)) {
            remove(place);
        }
        check(
                syscalls.moveMount(
                        root.number(), "", Syscalls.AT_FDCWD, TOP, MOVE_MOUNT_F_EMPTY_PATH),
                "move_mount to",
                TOP);
        chroot(root);
    }

    private void remove(String place) {
        long result = syscalls.mount(null, place, null, MS_SLAVE | MS_REC, null);
        if (result == -Errno.ENOENT.number()) {
            return; // it went with a mount above it
        }
        check(result, "make a slave of", place);
        result = syscalls.umount2(place, MNT_DETACH);
        if (result == -Errno.EINVAL.number() || result == -Errno.EPERM.number()) {
            // locked by a user namespace: covered, it is not wholly visible any more
            check(syscalls.mount("tmpfs", place, "tmpfs", 0, null), "cover", place);
        } else {
            check(result, "umount", place);
        }
    }

    /** {@code chroot(2)}: all there is without a mount namespace. */
    public void chroot(Fd root) {
        enter(root);
        check(syscalls.chroot(HERE), "chroot", root);
        check(syscalls.chdir(TOP), "chdir", TOP);
    }

    private void enter(Fd directory) {
        check(syscalls.fchdir(directory.number()), "fchdir", directory);
    }

    private static void check(long result, String operation, Object object) {
        LinuxException.check(result, operation, object);
    }
}
