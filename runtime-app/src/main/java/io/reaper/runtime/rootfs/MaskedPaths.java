package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.mount.FilesystemContext;
import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.util.List;
import java.util.Optional;

/**
 * Hides files below the container's root: a directory behind an empty one that cannot be written
 * to, anything else behind the machine's /dev/null. Of the container nothing is used but the place
 * itself: its own /dev/null may be any file.
 */
public final class MaskedPaths implements AutoCloseable {

    private static final int EMPTY_DIRECTORY =
            MountAttributes.RDONLY
                    | MountAttributes.NOSUID
                    | MountAttributes.NODEV
                    | MountAttributes.NOEXEC;

    private final Syscalls syscalls;
    private final RootDirectory root;
    private final FileStat rootStat;
    private final Fd nothing = NullDevice.ofHost();
    private Optional<MountTree> empty = Optional.empty();

    /**
     * @param root while "/" is still the machine's
     */
    public MaskedPaths(Syscalls syscalls, RootDirectory root) {
        this.syscalls = syscalls;
        this.root = root;
        this.rootStat = root.fd().stat();
    }

    /**
     * In the order of the list: what lies in a hidden directory is not there any more, and passed
     * over like any other path that does not exist.
     *
     * @throws LinuxException naming the path
     */
    public void hide(List<String> paths) {
        for (String path : paths) {
            try {
                hide(path);
            } catch (LinuxException e) {
                throw new LinuxException("linux.maskedPaths: mask", path, e.errno());
            }
        }
    }

    private void hide(String path) {
        Optional<Fd> found = root.find(path, OpenFlags.O_PATH);
        if (found.isPresent()) {
            try (Fd target = found.get()) {
                FileStat stat = target.stat();
                if (stat.sameFile(rootStat)) {
                    throw new LinuxException("the root", path, Errno.EBUSY);
                }
                if (stat.isDirectory()) {
                    hideDirectory(target);
                } else {
                    attachCopy(nothing, target);
                }
            }
        }
    }

    private void hideDirectory(Fd target) {
        if (empty.isPresent()) {
            attachCopy(empty.get().fd(), target);
        } else {
            // a copy can be made of what is attached only (before Linux 6.15): the first is itself
            MountTree first = emptyDirectory();
            empty = Optional.of(first);
            first.attachTo(target);
        }
    }

    /** One inode and no room: not even root can keep anything in it. */
    private MountTree emptyDirectory() {
        try (FilesystemContext tmpfs = FilesystemContext.open(syscalls, "tmpfs")) {
            tmpfs.set("source", "tmpfs");
            tmpfs.set("nr_blocks", "1");
            tmpfs.set("nr_inodes", "1");
            return tmpfs.mount(EMPTY_DIRECTORY);
        }
    }

    private void attachCopy(Fd source, Fd target) {
        try (MountTree copy = MountTree.copyOf(syscalls, source, false)) {
            copy.attachTo(target);
        }
    }

    /** What is hidden stays so. */
    @Override
    public void close() {
        nothing.close();
        empty.ifPresent(MountTree::close);
    }
}
