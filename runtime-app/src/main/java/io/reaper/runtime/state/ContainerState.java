package io.reaper.runtime.state;

import io.reaper.contract.ContainerId;
import io.reaper.contract.Isolation;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.file.FileStat;
import io.reaper.runtime.state.ExecRecords.Leader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What state.json holds.
 *
 * @param status as the last verb left it; {@link Snapshot} says what it is now
 * @param pid of the init process, 0 before it is there
 * @param pidStartTime clock ticks since boot ({@code proc_pid_stat(5)}, starttime): with the pid it
 *     names one process for ever
 * @param bundle absolute
 * @param rootfs absolute; empty if the configuration names none
 * @param tracking the cgroup that holds the container's processes, if there is one
 * @param lateHooks whether the kept config.json has hooks for start or delete to run
 * @param initHolds whether init has the {@link InitHold} until its program runs; that of a
 *     container of an earlier version has none
 * @param isolation the mode of create, by which all later verbs go
 * @param ownPids whether it has a new pid namespace, in which everything ends with init
 */
public record ContainerState(
        ContainerId id,
        Status status,
        int pid,
        long pidStartTime,
        Path bundle,
        String rootfs,
        Map<String, String> annotations,
        Instant created,
        String owner,
        Optional<Tracking> tracking,
        boolean lateHooks,
        boolean initHolds,
        Isolation isolation,
        boolean ownPids) {

    /** The version of the OCI runtime specification which the state JSON follows. */
    public static final String OCI_VERSION = "1.3.0";

    /**
     * A cgroup made for this container alone.
     *
     * @param path below the mount of the unified hierarchy
     * @param inode of its directory: tells it from a later one of the same name; 0 before it is
     *     made
     */
    public record Tracking(String path, long inode) {

        private static final long NOT_MADE = 0;

        /**
         * Checks the path.
         *
         * @throws IllegalArgumentException if it names no group of its own
         */
        public Tracking {
            Cgroup unused = Cgroup.at(Path.of("/"), path);
        }

        /** Where a group will be. */
        public static Tracking intended(String path) {
            return new Tracking(path, NOT_MADE);
        }

        public boolean isIntended() {
            return inode == NOT_MADE;
        }

        /** The group, if it was made and is still that one. */
        public Optional<Cgroup> group() {
            return isIntended()
                    ? Optional.empty()
                    : Hierarchies.unifiedMount()
                            .map(mount -> Cgroup.at(mount, path))
                            .filter(this::isThis);
        }

        private boolean isThis(Cgroup group) {
            return FileStat.find(group.directory())
                    .filter(stat -> stat.inode() == inode)
                    .isPresent();
        }
    }

    /** What leads to its processes. */
    public InitNote note() {
        return new InitNote(new Leader(pid, pidStartTime), tracking);
    }

    public ContainerState withInit(int initPid, long startTime) {
        return new ContainerState(
                id,
                status,
                initPid,
                startTime,
                bundle,
                rootfs,
                annotations,
                created,
                owner,
                tracking,
                lateHooks,
                initHolds,
                isolation,
                ownPids);
    }

    public ContainerState withTracking(Tracking cgroup) {
        return new ContainerState(
                id,
                status,
                pid,
                pidStartTime,
                bundle,
                rootfs,
                annotations,
                created,
                owner,
                Optional.of(cgroup),
                lateHooks,
                initHolds,
                isolation,
                ownPids);
    }

    public ContainerState withStatus(Status next) {
        return new ContainerState(
                id,
                next,
                pid,
                pidStartTime,
                bundle,
                rootfs,
                annotations,
                created,
                owner,
                tracking,
                lateHooks,
                initHolds,
                isolation,
                ownPids);
    }
}
