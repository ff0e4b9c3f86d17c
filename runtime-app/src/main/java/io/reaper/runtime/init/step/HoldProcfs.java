package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.util.Optional;

/**
 * Opens the node's procfs while nothing of the container is there: all of /proc that is read or
 * written later is reached by this descriptor (CVE-2019-16884, CVE-2025-52881).
 */
public record HoldProcfs() implements InitStep {

    static final int NUMBER = 80;

    private static final String PROC = "/proc";
    private static final int PROC_SUPER_MAGIC = 0x9fa0;
    private static final int STATFS_SIZE = 120;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    /**
     * @throws LinuxException ENODEV if /proc is no procfs
     */
    @Override
    public Optional<String> run(StepContext stage) {
        Syscalls syscalls = stage.syscalls();
        int flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;
        Fd procfs = Fd.opened(syscalls.openat(Syscalls.AT_FDCWD, PROC, flags, 0), "open", PROC);
        try (Memory statfs = Memory.of(STATFS_SIZE)) {
            LinuxException.check(syscalls.fstatfs(procfs.number(), statfs), "statfs", PROC);
            if (statfs.bytes().getLong(0) != PROC_SUPER_MAGIC) {
                throw new LinuxException("use as procfs", PROC, Errno.ENODEV);
            }
        }
        stage.files().holdProcfs(procfs);
        return Optional.empty();
    }
}
