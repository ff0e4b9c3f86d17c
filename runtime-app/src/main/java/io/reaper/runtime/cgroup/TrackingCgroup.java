package io.reaper.runtime.cgroup;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ContainerState.Tracking;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The cgroup by which a container's processes are found again, however they forked. It is made by
 * create for one container alone and sets no limits.
 */
public final class TrackingCgroup {

    private TrackingCgroup() {}

    /**
     * Where the container's group will be; empty without a cgroup2 mount.
     *
     * @throws SpecException if {@code linux.cgroupsPath} names no group of its own
     */
    public static Optional<Cgroup> plan(ContainerId id, Spec spec) {
        Optional<Path> mount = Hierarchies.unifiedMount();
        Cgroup group = plan(id, spec, mount.orElse(Path.of("/sys/fs/cgroup")));
        return mount.map(present -> group);
    }

    /** Where it is if the configuration names none. */
    public static Optional<Cgroup> byDefault(ContainerId id) {
        return Hierarchies.unifiedMount().map(mount -> Cgroup.at(mount, own(id)));
    }

    private static String own(ContainerId id) {
        return "/reaper/" + id;
    }

    /** Below this mount. */
    static Cgroup plan(ContainerId id, Spec spec, Path mount) {
        String own = own(id);
        try {
            String wanted = spec.cgroupsPath().orElse(own);
            return Cgroup.at(
                    mount,
                    SystemdScope.isMeantBy(wanted)
                            ? inSlice(SystemdScope.parse(wanted), mount).orElse(own)
                            : wanted);
        } catch (IllegalArgumentException e) {
            throw new SpecException(
                    ErrorCode.E_CGROUP_INVALID, "config.json", "linux.cgroupsPath", e.getMessage());
        }
    }

    /**
     * In its slice, so that the pod's limits and whoever measures pods see it; but a slice is made
     * by systemd alone, perhaps in other hierarchies than this one.
     */
    private static Optional<String> inSlice(SystemdScope scope, Path mount) {
        return FileStat.isDirectory(mount.resolve(scope.slice()))
                ? Optional.of(scope.path())
                : Optional.empty();
    }

    /**
     * Makes the group anew, so that its inode is this container's alone.
     *
     * @throws ContainerException if a group of that name holds processes or other groups
     */
    public static Tracking create(Cgroup group) {
        if (group.isPopulated()) {
            throw new ContainerException(
                    ErrorCode.E_CGROUP_IN_USE,
                    "cgroup " + shown(group) + " (linux.cgroupsPath) holds other processes");
        }
        try {
            LinuxFiles.removeDirectory(group.directory());
        } catch (LinuxException e) {
            throw new ContainerException(
                    ErrorCode.E_CGROUP_IN_USE,
                    "cgroup " + shown(group) + " (linux.cgroupsPath) is in use by others",
                    e);
        }
        Tracking intended = intended(group);
        try {
            group.create();
            return new Tracking(intended.path(), FileStat.of(group.directory()).inode());
        } catch (LinuxException e) {
            removeIfEmpty(intended);
            throw e;
        }
    }

    private static String shown(Cgroup group) {
        return Excerpt.of(group.directory().toString());
    }

    /** What the state says of a group before it is made: its name, and no inode yet. */
    public static Tracking intended(Cgroup group) {
        Path mount = Hierarchies.unifiedMount().orElseThrow();
        return Tracking.intended("/" + mount.relativize(group.directory()));
    }

    /**
     * Removes a group that a killed create has perhaps made; one that holds processes or groups is
     * not ours.
     */
    public static void removeIfEmpty(Tracking intended) {
        try {
            Optional<Path> mount = Hierarchies.unifiedMount();
            if (mount.isPresent()) {
                Cgroup group = Cgroup.at(mount.get(), intended.path());
                LinuxFiles.removeDirectory(group.directory());
                group.removeParents();
            }
        } catch (LinuxException e) {
            return; // in use by others
        }
    }
}
