package io.reaper.runtime.device;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.util.List;

/**
 * Makes nodes below the container's root, and looks afterwards whether they are what was wanted: a
 * name is made where no link leads out, and never followed.
 */
public final class DeviceMaker {

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int PARENT_PERMISSIONS = 0755;
    private static final int NODE = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;

    private final Syscalls syscalls;
    private final Fd procfs;
    private final RootDirectory root;

    /**
     * @param procfs {@code O_PATH} of a procfs in which this process is
     */
    public DeviceMaker(Syscalls syscalls, Fd procfs, RootDirectory root) {
        this.syscalls = syscalls;
        this.procfs = procfs;
        this.root = root;
    }

    /**
     * Makes them in their order, with missing directories of mode 0755, where the umask is 0.
     *
     * @throws LinuxException naming property and path; EEXIST if another file is there
     */
    public void make(List<DeviceNode> nodes) {
        for (DeviceNode node : nodes) {
            try {
                make(node);
            } catch (LinuxException e) {
                String what = e.object().isEmpty() ? e.operation() : "make " + node.kind();
                throw new LinuxException(node.property() + ": " + what, node.path(), e.errno());
            }
        }
    }

    private void make(DeviceNode node) {
        try (RootDirectory.Parent parent = root.parent(node.path(), PARENT_PERMISSIONS)) {
            Fd directory = parent.directory();
            int mode = node.type().format() | node.permissions();
            long made = syscalls.mknodat(directory.number(), parent.name(), mode, node.number());
            boolean found = made == -Errno.EEXIST.number();
            if (!found) {
                LinuxException.check(made, "mknod " + node.kind(), "");
            }
            long opened = syscalls.openat(directory.number(), parent.name(), NODE, 0);
            try (Fd file = Fd.opened(opened, "open", parent.name())) {
                FileStat stat = file.stat();
                if (!stat.sameKind(node.type().format(), node.major(), node.minor())) {
                    String what = "another file than " + node.kind() + " is at";
                    throw new LinuxException(what, "", Errno.EEXIST);
                }
                if (!found) {
                    own(file, stat, node);
                }
            }
        }
    }

    /** Of one that was there already, and may be the machine's by a bind, nothing is changed. */
    private void own(Fd file, FileStat stat, DeviceNode node) {
        if (stat.uid() != node.uid() || stat.gid() != node.gid()) {
            long owned =
                    syscalls.fchownat(file.number(), "", node.uid(), node.gid(), AT_EMPTY_PATH);
            LinuxException.check(owned, "chown", "");
        }
        // an access list of the directory, or chown(2), has taken some away
        if (file.stat().permissions() != node.permissions()) {
            String link = "self/fd/" + file.number();
            LinuxException.check(
                    syscalls.fchmodat(procfs.number(), link, node.permissions()), "chmod", "");
        }
    }
}
