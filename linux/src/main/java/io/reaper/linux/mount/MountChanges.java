package io.reaper.linux.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;

/**
 * Changes of mounts that are attached, by a descriptor of their root. Linux 5.10 and 5.11 have no
 * {@code mount_setattr(2)}: there {@code mount(2)} does what it can, by the descriptor's entry in a
 * given procfs. No other path is walked.
 */
public final class MountChanges {

    private static final int STATFS_SIZE = 120;
    private static final int F_FLAGS = 80;

    private final Syscalls syscalls;
    private final Fd procfs;

    /**
     * Of this mount namespace.
     *
     * @param procfs {@code O_PATH} of the root of a procfs in which this process is
     */
    public MountChanges(Syscalls syscalls, Fd procfs) {
        this.syscalls = syscalls;
        this.procfs = procfs;
    }

    /**
     * Changes one mount; only what is named, whatever the kernel.
     *
     * @param root of a mount that is attached in this mount namespace
     */
    public void set(Fd root, MountAttributes attributes) {
        if (!attributes.isNone() && !MountTree.set(syscalls, root, attributes, false)) {
            long flags = MountAttributes.mountFlags(attributes.appliedTo(current(root)));
            mount("", root, "", MountFlags.BIND | MountFlags.REMOUNT | flags, "");
        }
    }

    /** A remount replaces all attributes. */
    private int current(Fd root) {
        try (Memory statfs = Memory.of(STATFS_SIZE)) {
            LinuxException.check(syscalls.fstatfs(root.number(), statfs), "fstatfs", root);
            return MountAttributes.ofStatfs(statfs.bytes().getLong(F_FLAGS));
        }
    }

    /**
     * Changes what becomes of mounts below.
     *
     * @param recursive for all mounts below it, too
     */
    public void propagate(Fd root, Propagation propagation, boolean recursive) {
        if (!MountTree.set(syscalls, root, propagation, recursive)) {
            mount("", root, "", propagation.flag() | (recursive ? MountFlags.REC : 0), "");
        }
    }

    /** {@code mount(2)} on what a descriptor leads to. The working directory stays. */
    public void mount(String source, Fd target, String type, long flags, String data) {
        try (Fd back = Fd.open(Path.of("."), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            LinuxException.check(syscalls.fchdir(procfs.number()), "fchdir", procfs);
            long result;
            try {
                String path = "self/fd/" + target.number();
                result = syscalls.mount(source, path, type, flags, data);
            } finally {
                LinuxException.check(syscalls.fchdir(back.number()), "fchdir", back);
            }
            LinuxException.check(result, "mount", "");
        }
    }
}
