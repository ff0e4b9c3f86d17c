package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;

/** Files and directories of the node. */
final class BindMounter {

    private static final int PROC_SUPER_MAGIC = 0x9fa0;
    private static final int STATFS_SIZE = 120;

    private final MountPlace place;
    private final Destinations destinations;
    private final EntryMounter mounter;

    BindMounter(MountPlace place, Destinations destinations, EntryMounter mounter) {
        this.place = place;
        this.destinations = destinations;
        this.mounter = mounter;
    }

    /** The source first: where it is missing, nothing is made. */
    void mount(MountEntry entry, MountOptions options) {
        try (Fd source = source(entry.source());
                MountTree tree = MountTree.copyOf(place.syscalls(), source, options.rbind());
                Fd destination = destination(entry, source)) {
            destinations.check(destination, entry, isProcfs(source));
            mounter.attach(tree, destination, entry, options.attributes(), options);
        }
    }

    /** A path of the node: links are followed, those of procfs, too. */
    private Fd source(String path) {
        int flags = OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
        return Fd.opened(place.syscalls().openat(Syscalls.AT_FDCWD, path, flags, 0), "open", path);
    }

    private Fd destination(MountEntry entry, Fd source) {
        if (!source.stat().isDirectory()) {
            return destinations.file(entry.destination());
        }
        try {
            return destinations.directory(entry.destination());
        } catch (LinuxException e) {
            throw e.is(Errno.ENOTDIR)
                    ? new LinuxException("mount a directory", "", Errno.ENOTDIR)
                    : e;
        }
    }

    private boolean isProcfs(Fd source) {
        try (Memory statfs = Memory.of(STATFS_SIZE)) {
            return place.syscalls().fstatfs(source.number(), statfs) == 0
                    && statfs.bytes().getLong(0) == PROC_SUPER_MAGIC;
        }
    }
}
