package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountChanges;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;
import java.util.List;

/** What the container's "/" gets when it is entered and nothing more is made in it. */
public final class RootSettings {

    private final Syscalls syscalls;
    private final MountChanges changes;

    /**
     * @param procfs {@code O_PATH} of a procfs in which this process is
     */
    public RootSettings(Syscalls syscalls, Fd procfs) {
        this.syscalls = syscalls;
        this.changes = new MountChanges(syscalls, procfs);
    }

    /** Of the mount of "/", and of those below it if it says so. */
    public void propagate(RootPropagation propagation) {
        LinuxException.check(
                syscalls.mount(null, "/", null, propagation.flags(), null),
                "linux.rootfsPropagation " + propagation.word(),
                "");
    }

    /** Mounts that had to be written to before; closes their descriptors. */
    public void protect(List<MountTree> mounts) {
        for (MountTree mount : mounts) {
            try (mount) {
                changes.set(mount.fd(), MountAttributes.READ_ONLY);
            }
        }
    }

    /** {@code root.readonly}: that mount alone, what is mounted below it stays as it is. */
    public void protectRoot() {
        try (Fd root = Fd.open(Path.of("/"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            changes.set(root, MountAttributes.READ_ONLY);
        }
    }
}
