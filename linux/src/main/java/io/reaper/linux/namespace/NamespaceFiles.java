package io.reaper.linux.namespace;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Namespaces as files: those of {@code /proc/PID/ns}, or where one of these is bound. Two are the
 * same namespace if they are the same file ({@link FileStat#sameFile}).
 */
public final class NamespaceFiles {

    private static final long NS_GET_PARENT = 0xb702;
    private static final long NS_GET_NSTYPE = 0xb703;

    private NamespaceFiles() {}

    /**
     * Opens what should be one; whatever else it is, that does not wait.
     *
     * @throws LinuxException if it cannot be opened
     */
    public static Fd open(Path path) {
        return Fd.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY);
    }

    /** The file of a process, which this one must be allowed to trace ({@code ptrace(2)}). */
    public static Path of(int pid, NamespaceType type) {
        return Path.of("/proc/" + pid + "/ns/" + type.file());
    }

    /** That of this process. */
    public static FileStat own(NamespaceType type) {
        return FileStat.of(Path.of("/proc/self/ns/" + type.file()));
    }

    /**
     * Of what type an open one is ({@code ioctl_ns(2)}).
     *
     * @return empty for a type that has no name here
     * @throws LinuxException ENOTTY if it is no namespace
     */
    public static Optional<NamespaceType> type(Fd file) {
        long flag =
                LinuxException.check(
                        Syscalls.get().ioctl(file.number(), NS_GET_NSTYPE, 0),
                        "type of namespace",
                        file);
        return NamespaceType.of(flag);
    }

    /**
     * Whether a pid namespace is this process's own or lies below it: no other can be entered.
     *
     * @param own {@link #own} of the pid namespace
     */
    public static boolean isWithin(Fd pidNamespace, FileStat own) {
        if (pidNamespace.stat().sameFile(own)) {
            return true;
        }
        long parent = Syscalls.get().ioctl(pidNamespace.number(), NS_GET_PARENT, 0);
        if (parent == -Errno.EPERM.number()) {
            return false; // it, or the one that it lies in, is not seen from here
        }
        try (Fd above = Fd.opened(parent, "parent of namespace", pidNamespace)) {
            return isWithin(above, own);
        }
    }
}
