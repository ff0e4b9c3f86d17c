package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.mount.MountChanges;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.mount.Propagation;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import java.util.Optional;

/**
 * The rootfs as a tree of mounts of its own, attached where it lies: {@code pivot_root(2)} wants a
 * mount, and nothing that is mounted in it may appear outside of the namespace.
 */
public final class RootfsTree {

    /** As runc's: what is mounted on the machine later appears below binds of its place. */
    private static final RootPropagation USUAL = RootPropagation.RSLAVE;

    private final Syscalls syscalls;
    private final MountChanges changes;

    /**
     * @param procfs {@code O_PATH} of a procfs in which this process is
     */
    public RootfsTree(Syscalls syscalls, Fd procfs) {
        this.syscalls = syscalls;
        this.changes = new MountChanges(syscalls, procfs);
    }

    /**
     * Cuts the namespace's mounts off from the machine's as far as is asked, and attaches the tree.
     *
     * @param rootfs absolute, without links
     * @param asked nothing means {@code rslave}
     * @return the root of the tree
     */
    public Fd attach(String rootfs, Optional<RootPropagation> asked) {
        RootPropagation propagation = asked.orElse(USUAL).before();
        LinuxException.check(
                syscalls.mount(null, "/", null, propagation.flags(), null),
                "make mounts " + propagation.word(),
                "/");
        separateParent(rootfs, propagation.ofParent());
        try (Fd place = RootfsPath.open(syscalls, rootfs)) {
            Fd root = MountTree.copyOf(syscalls, place, true).fd();
            MountTree.attached(syscalls, root).attachTo(place);
            if (propagation.leavesShared()) {
                // a copy of a shared mount is its peer: the machine would see what is mounted in it
                changes.propagate(root, Propagation.SLAVE, true);
            }
            return root;
        }
    }

    /** Which mount holds the rootfs is found by trying: EINVAL means that none begins there. */
    private void separateParent(String rootfs, RootPropagation propagation) {
        String path = rootfs;
        long result;
        do {
            path = path.substring(0, Math.max(path.lastIndexOf('/'), 0));
            String directory = path.isEmpty() ? "/" : path;
            result = syscalls.mount(null, directory, null, propagation.flags(), null);
        } while (result == -Errno.EINVAL.number() && !path.isEmpty());
        LinuxException.check(result, "make " + propagation.word() + " the mount of", rootfs);
    }

    /** Without any mount: of a container that has no mount namespace. */
    public static Fd open(Syscalls syscalls, String rootfs) {
        return RootfsPath.open(syscalls, rootfs);
    }
}
