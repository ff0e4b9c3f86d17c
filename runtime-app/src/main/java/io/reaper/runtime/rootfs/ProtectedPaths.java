package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountChanges;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.util.List;
import java.util.Optional;

/**
 * Makes files below the container's root read-only, each by a mount of itself upon itself; of a
 * directory with all that is mounted below it.
 */
public final class ProtectedPaths {

    private final Syscalls syscalls;
    private final MountChanges changes;
    private final RootDirectory root;
    private final FileStat rootStat;

    /**
     * @param procfs {@code O_PATH} of a procfs in which this process is
     */
    public ProtectedPaths(Syscalls syscalls, Fd procfs, RootDirectory root) {
        this.syscalls = syscalls;
        this.changes = new MountChanges(syscalls, procfs);
        this.root = root;
        this.rootStat = root.fd().stat();
    }

    /**
     * Passes over what does not exist.
     *
     * @throws LinuxException naming the path
     */
    public void protect(List<String> paths) {
        for (String path : paths) {
            try {
                protect(path);
            } catch (LinuxException e) {
                throw new LinuxException("linux.readonlyPaths: protect", path, e.errno());
            }
        }
    }

    private void protect(String path) {
        Optional<Fd> found = root.find(path, OpenFlags.O_PATH);
        if (found.isPresent()) {
            try (Fd target = found.get()) {
                if (target.stat().sameFile(rootStat)) {
                    // a mount upon it would not be what is entered
                    changes.set(root.fd(), MountAttributes.READ_ONLY);
                } else {
                    protect(target);
                }
            }
        }
    }

    private void protect(Fd target) {
        try (MountTree tree = MountTree.copyOf(syscalls, target, true)) {
            boolean done = tree.set(MountAttributes.READ_ONLY, true);
            tree.attachTo(target);
            if (!done) {
                changes.set(tree.fd(), MountAttributes.READ_ONLY);
            }
        }
    }
}
