package io.reaper.runtime.rootfs;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.bundle.SpecException;

/**
 * Where {@code root.path} leads: to a directory, and by no symbolic link. The bundle's own path may
 * have links, it is taken as the kernel resolved it. A link in what follows is refused, as runc
 * does: who can exchange the directory could have any other one of the machine run as a rootfs.
 */
public final class RootfsPath {

    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final int DIRECTORY =
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;

    private RootfsPath() {}

    /**
     * Before anything is made.
     *
     * @param rootfs absolute and normal
     * @throws SpecException if a container cannot have it
     */
    public static void check(Syscalls syscalls, String rootfs) {
        try {
            open(syscalls, rootfs).close();
        } catch (LinuxException e) {
            String link = e.is(Errno.ELOOP) ? "not an absolute path, or a symlink: " : "";
            throw new SpecException(
                    ErrorCode.E_CONFIG_INVALID,
                    "config.json",
                    "root.path",
                    "invalid rootfs: " + link + e.getMessage());
        }
    }

    /**
     * {@code O_PATH}, without following a link at any place ({@code openat2(2)}).
     *
     * @throws LinuxException ELOOP for a link
     */
    static Fd open(Syscalls syscalls, String rootfs) {
        long resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
        long result = syscalls.openat2(Syscalls.AT_FDCWD, rootfs, DIRECTORY, 0, resolve);
        return Fd.opened(result, "open", rootfs);
    }
}
