package io.reaper.linux.namespace;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;

/**
 * What a thread does about its own namespaces: {@code setns(2)}, {@code unshare(2)}. A pid
 * namespace is that of its children, never its own.
 */
public final class NamespaceControl {

    private static final int CLONE_FS = 0x200;

    private final Syscalls syscalls;

    public NamespaceControl(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /**
     * Enters one. A mount namespace takes root and working directory along: they are its own root.
     *
     * @throws LinuxException EINVAL if it is not of that type
     */
    public void enter(Fd namespace, NamespaceType type) {
        if (type == NamespaceType.MOUNT) {
            keepDirectories();
        }
        LinuxException.check(
                syscalls.setns(namespace.number(), type.flag()),
                "join the " + type.word() + " namespace",
                namespace);
    }

    /**
     * Enters several of a process's, all or none.
     *
     * @param pidfd of the process
     * @param flags of {@link NamespaceType#flag}, not 0
     * @throws LinuxException ESRCH if it has ended; EINVAL before Linux 5.8
     */
    public void enter(Fd pidfd, int flags) {
        if ((flags & NamespaceType.MOUNT.flag()) != 0) {
            keepDirectories();
        }
        LinuxException.check(
                syscalls.setns(pidfd.number(), flags), "join the namespaces of", pidfd);
    }

    /**
     * Makes a new one and enters it.
     *
     * @throws LinuxException ENOSPC if there are too many ({@code /proc/sys/user})
     */
    public void unshare(NamespaceType type) {
        LinuxException.check(
                syscalls.unshare(type.flag()), "make a " + type.word() + " namespace", "");
    }

    /**
     * Root and working directory are this thread's alone, which {@code setns(2)} asks for: the
     * JVM's threads share them. Costs nothing where there is one thread.
     */
    private void keepDirectories() {
        LinuxException.check(syscalls.unshare(CLONE_FS), "unshare", "CLONE_FS");
    }
}
