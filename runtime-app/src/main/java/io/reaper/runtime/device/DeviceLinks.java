package io.reaper.runtime.device;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;

/**
 * Links in the container's /dev: to its standard streams and descriptors, and to the ptmx of its
 * own devpts ({@code runtime-linux}, "Dev symbolic links"; {@code config-linux}, "Default
 * Devices").
 */
public final class DeviceLinks {

    private static final int DIRECTORY_PERMISSIONS = 0755;
    private static final String PTMX = "ptmx";
    private static final String PTMX_TARGET = "pts/ptmx";
    private static final String KERNEL_MEMORY = "kcore";

    private final Syscalls syscalls;
    private final Fd procfs;

    /**
     * @param procfs the machine's, {@code O_PATH}
     */
    public DeviceLinks(Syscalls syscalls, Fd procfs) {
        this.syscalls = syscalls;
        this.procfs = procfs;
    }

    /**
     * Makes what is missing; of these names only ptmx replaces what is there.
     *
     * @throws LinuxException naming the link
     */
    public void make(RootDirectory root) {
        try (Fd dev = root.directory("/dev", DIRECTORY_PERMISSIONS)) {
            makePtmx(dev);
            make(dev, "fd", "/proc/self/fd");
            make(dev, "stdin", "/proc/self/fd/0");
            make(dev, "stdout", "/proc/self/fd/1");
            make(dev, "stderr", "/proc/self/fd/2");
            if (hasKernelMemory()) {
                make(dev, "core", "/proc/kcore");
            }
        }
    }

    private void make(Fd dev, String name, String target) {
        long result = syscalls.symlinkat(target, dev.number(), name);
        if (result != -Errno.EEXIST.number()) {
            LinuxException.check(result, "symlink", "/dev/" + name);
        }
    }

    private void makePtmx(Fd dev) {
        long made = syscalls.symlinkat(PTMX_TARGET, dev.number(), PTMX);
        if (made == -Errno.EEXIST.number() && !isPtmx(dev)) {
            LinuxException.check(syscalls.unlinkat(dev.number(), PTMX, 0), "unlink", "/dev/ptmx");
            made = syscalls.symlinkat(PTMX_TARGET, dev.number(), PTMX);
        }
        if (made != -Errno.EEXIST.number()) {
            LinuxException.check(made, "symlink", "/dev/ptmx");
        }
    }

    /** A read-only image may have the right one. */
    private boolean isPtmx(Fd dev) {
        int size = PTMX_TARGET.length();
        try (Memory target = Memory.of(size + 1)) {
            if (syscalls.readlinkat(dev.number(), PTMX, target, size + 1) != size) {
                return false;
            }
            byte[] text = new byte[size];
            target.bytes().get(0, text);
            return new String(text, StandardCharsets.UTF_8).equals(PTMX_TARGET);
        }
    }

    /** A kernel may have been built without it. */
    private boolean hasKernelMemory() {
        int flags = OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
        long result = syscalls.openat(procfs.number(), KERNEL_MEMORY, flags, 0);
        if (result >= 0) {
            syscalls.close((int) result);
        }
        return result >= 0;
    }
}
