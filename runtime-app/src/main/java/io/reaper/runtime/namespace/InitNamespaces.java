package io.reaper.runtime.namespace;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.namespace.NamespaceFiles;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a container's init has that this process has not: what another process has to enter to be in
 * the container. By the numbers of processes: it holds if init has still not ended afterwards.
 */
public final class InitNamespaces implements AutoCloseable {

    private static final List<NamespaceType> TYPES =
            List.of(
                    NamespaceType.PID,
                    NamespaceType.MOUNT,
                    NamespaceType.NETWORK,
                    NamespaceType.IPC,
                    NamespaceType.UTS,
                    NamespaceType.CGROUP);

    private final Set<NamespaceType> different;
    private final Optional<Fd> pidNamespace;
    private final Optional<Fd> root;

    private InitNamespaces(
            Set<NamespaceType> different, Optional<Fd> pidNamespace, Optional<Fd> root) {
        this.different = different;
        this.pidNamespace = pidNamespace;
        this.root = root;
    }

    /**
     * Compares them with this process's.
     *
     * @param init the pid
     * @throws LinuxException ENOENT, ESRCH or the like if it has ended
     */
    public static InitNamespaces of(int init) {
        Set<NamespaceType> different = EnumSet.noneOf(NamespaceType.class);
        for (NamespaceType type : TYPES) {
            FileStat theirs = FileStat.of(NamespaceFiles.of(init, type));
            if (!theirs.sameFile(NamespaceFiles.own(type))) {
                different.add(type);
            }
        }
        Optional<Fd> pidNamespace =
                different.contains(NamespaceType.PID)
                        ? Optional.of(
                                NamespaceFiles.open(NamespaceFiles.of(init, NamespaceType.PID)))
                        : Optional.empty();
        try {
            return new InitNamespaces(different, pidNamespace, root(init, different));
        } catch (RuntimeException e) {
            pidNamespace.ifPresent(Fd::close);
            throw e;
        }
    }

    /** Where the mount namespace is shared, init may have another root in it, by chroot(2). */
    private static Optional<Fd> root(int init, Set<NamespaceType> different) {
        if (different.contains(NamespaceType.MOUNT)) {
            return Optional.empty();
        }
        Path theirs = Path.of("/proc/" + init + "/root");
        Fd root = Fd.open(theirs, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        if (root.stat().sameFile(FileStat.of(Path.of("/proc/self/root")))) {
            root.close();
            return Optional.empty();
        }
        return Optional.of(root);
    }

    /** Whether init's is another one than ours. */
    public boolean isOwn(NamespaceType type) {
        return different.contains(type);
    }

    /** Init's pid namespace, if a process of the container has to be born in it. */
    public Optional<Fd> pidNamespace() {
        return pidNamespace;
    }

    /** What such a process has to enter by itself ({@link NamespaceType#flag}); may be 0. */
    public int flags() {
        int flags = 0;
        for (NamespaceType type : different) {
            flags |= type == NamespaceType.PID ? 0 : type.flag();
        }
        return flags;
    }

    /** The root directory that such a process has to take by {@code chroot(2)}, if any. */
    public Optional<Fd> root() {
        return root;
    }

    @Override
    public void close() {
        pidNamespace.ifPresent(Fd::close);
        root.ifPresent(Fd::close);
    }
}
