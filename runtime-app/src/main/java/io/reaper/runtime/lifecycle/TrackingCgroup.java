package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.linux.Cgroup;
import io.reaper.linux.Errno;
import io.reaper.linux.FileStat;
import io.reaper.linux.LinuxException;
import io.reaper.linux.LinuxFiles;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.state.ContainerState.Tracking;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The cgroup by which a container's processes are found again, however they forked. It is made by
 * create for one container alone and sets no limits.
 */
final class TrackingCgroup {

    private static final long NOT_MADE = 0;

    private TrackingCgroup() {}

    /**
     * Where the container's group will be; empty without a cgroup2 mount.
     *
     * @throws SpecException if {@code linux.cgroupsPath} names no group of its own
     */
    static Optional<Cgroup> plan(ContainerId id, Spec spec) {
        String path =
                spec.cgroupsPath().filter(wanted -> !isOfSystemd(wanted)).orElse("/reaper/" + id);
        Optional<Path> mount = Cgroup.unifiedMount();
        try {
            Cgroup group = Cgroup.at(mount.orElse(Path.of("/sys/fs/cgroup")), path);
            return mount.map(present -> group);
        } catch (IllegalArgumentException e) {
            throw new SpecException("config.json", "linux.cgroupsPath", e.getMessage());
        }
    }

    /** {@code slice:prefix:name}, the form for systemd's driver (runc, docs/systemd.md). */
    private static boolean isOfSystemd(String path) {
        int first = path.indexOf(':');
        int second = path.indexOf(':', first + 1);
        return first >= 0 && second > first && second + 1 < path.length() && path.indexOf('/') < 0;
    }

    /**
     * Makes the group anew, so that its inode is this container's alone.
     *
     * @throws ContainerException if a group of that name holds processes or other groups
     */
    static Tracking create(Cgroup group) {
        if (group.isPopulated()) {
            throw new ContainerException(
                    "cgroup " + group.directory() + " (linux.cgroupsPath) holds other processes");
        }
        try {
            LinuxFiles.removeDirectory(group.directory());
        } catch (LinuxException e) {
            throw new ContainerException(
                    "cgroup " + group.directory() + " (linux.cgroupsPath) is in use by others", e);
        }
        group.create();
        return new Tracking(intended(group).path(), FileStat.of(group.directory()).inode());
    }

    /** What the state says of a group before it is made: its name, and no inode yet. */
    static Tracking intended(Cgroup group) {
        Path mount = Cgroup.unifiedMount().orElseThrow();
        return new Tracking("/" + mount.relativize(group.directory()), NOT_MADE);
    }

    /**
     * Removes a group that a killed create has perhaps made; one that holds processes or groups is
     * not ours.
     */
    static void removeIfEmpty(Tracking intended) {
        try {
            Optional<Path> mount = Cgroup.unifiedMount();
            if (mount.isPresent()) {
                LinuxFiles.removeDirectory(Cgroup.at(mount.get(), intended.path()).directory());
            }
        } catch (LinuxException e) {
            return; // in use by others
        }
    }

    static boolean isIntended(Tracking tracking) {
        return tracking.inode() == NOT_MADE;
    }

    /** The group made for a container, if it is still that one. */
    static Optional<Cgroup> find(Optional<Tracking> tracking) {
        return tracking.flatMap(
                made ->
                        Cgroup.unifiedMount()
                                .map(mount -> Cgroup.at(mount, made.path()))
                                .filter(
                                        group ->
                                                !isIntended(made) && inode(group) == made.inode()));
    }

    private static long inode(Cgroup group) {
        try {
            return FileStat.of(group.directory()).inode();
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return 0;
            }
            throw e;
        }
    }
}
