package io.reaper.runtime.lifecycle;

import io.reaper.linux.Cgroup;
import io.reaper.linux.Deadline;
import io.reaper.linux.Errno;
import io.reaper.linux.LinuxException;
import io.reaper.linux.Pidfd;
import io.reaper.linux.ProcessInfo;
import io.reaper.linux.ProcessTree;
import io.reaper.linux.Signals;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every process of a container: those of its cgroup, or without one those below its init process
 * and those of init's session.
 */
final class ContainerProcesses {

    private final ContainerState state;
    private final Optional<Cgroup> cgroup;

    ContainerProcesses(ContainerState state) {
        this.state = state;
        this.cgroup = TrackingCgroup.find(state.tracking());
    }

    /** Living ones; zombies are none. */
    Set<Integer> pids() {
        Set<Integer> pids = new LinkedHashSet<>();
        if (Snapshot.initLives(state)) {
            pids.add(state.pid());
        }
        if (cgroup.isPresent()) {
            pids.addAll(cgroup.get().pids());
        } else if (state.pid() != 0) {
            pids.addAll(tree());
        }
        return pids;
    }

    private Set<Integer> tree() {
        Set<Integer> pids = new LinkedHashSet<>();
        if (Snapshot.initLives(state)) {
            pids.addAll(ProcessTree.descendants(state.pid()));
        }
        if (sessionIsOurs()) {
            for (ProcessInfo process : ProcessTree.all()) {
                if (process.session() == state.pid()) {
                    pids.add(process.pid());
                    pids.addAll(ProcessTree.descendants(process.pid()));
                }
            }
        }
        pids.removeIf(pid -> ProcessInfo.of(pid).map(ProcessInfo::isZombie).orElse(true));
        return pids;
    }

    /** The kernel gives a pid to nobody else while a session of that number has members. */
    private boolean sessionIsOurs() {
        return ProcessInfo.of(state.pid())
                .map(process -> process.startTime() == state.pidStartTime())
                .orElse(true);
    }

    /** Sends a signal to all; those which appear meanwhile may be missed. */
    void signal(int signal) {
        List<Pidfd> handles = open(pids());
        try {
            // opened first, listed again: a handle of a process that is still listed is the right
            // one
            Set<Integer> still = pids();
            for (Pidfd handle : handles) {
                if (still.contains(handle.pid())) {
                    signalUnlessGone(handle, signal);
                }
            }
        } finally {
            handles.forEach(Pidfd::close);
        }
    }

    /**
     * Ends all with SIGKILL and waits until they are gone.
     *
     * @return false if some still live when the deadline has passed
     */
    boolean kill(Deadline deadline) {
        if (cgroup.isPresent()) {
            cgroup.get().kill();
            boolean initGone = killInit(deadline);
            return cgroup.get().awaitEmpty(deadline) && initGone;
        }
        // orphans stay below init as long as it lives: it is stopped first and ended last
        stopInit();
        boolean othersGone = killOthers(deadline);
        return killInit(deadline) && othersGone;
    }

    private boolean killOthers(Deadline deadline) {
        for (Set<Integer> left = others(); !left.isEmpty(); left = others()) {
            List<Pidfd> handles = open(left);
            try {
                Set<Integer> still = others();
                for (Pidfd handle : handles) {
                    if (still.contains(handle.pid())) {
                        signalUnlessGone(handle, Signals.SIGKILL);
                        if (!handle.awaitExit(deadline)) {
                            return false;
                        }
                    }
                }
            } finally {
                handles.forEach(Pidfd::close);
            }
            if (deadline.passed()) {
                return false;
            }
        }
        return true;
    }

    private Set<Integer> others() {
        Set<Integer> others = pids();
        others.remove(state.pid());
        return others;
    }

    private void stopInit() {
        Optional<Pidfd> init = openInit(state);
        if (init.isPresent()) {
            try (Pidfd handle = init.get()) {
                signalUnlessGone(handle, Signals.SIGSTOP);
            }
        }
    }

    private boolean killInit(Deadline deadline) {
        Optional<Pidfd> init = openInit(state);
        if (init.isEmpty()) {
            return true;
        }
        try (Pidfd handle = init.get()) {
            signalUnlessGone(handle, Signals.SIGKILL);
            return handle.awaitExit(deadline);
        }
    }

    /** Removes the group; its processes must have ended. */
    void removeCgroup() {
        cgroup.ifPresent(Cgroup::remove);
        state.tracking()
                .filter(TrackingCgroup::isIntended)
                .ifPresent(TrackingCgroup::removeIfEmpty);
    }

    /** A handle of the init process, unless it has ended. */
    static Optional<Pidfd> openInit(ContainerState state) {
        if (state.pid() == 0) {
            return Optional.empty();
        }
        Optional<Pidfd> handle = Pidfd.find(state.pid());
        if (handle.isPresent() && !Snapshot.initLives(state)) {
            handle.get().close();
            return Optional.empty();
        }
        return handle;
    }

    private static List<Pidfd> open(Set<Integer> pids) {
        List<Pidfd> handles = new ArrayList<>();
        pids.forEach(pid -> Pidfd.find(pid).ifPresent(handles::add));
        return handles;
    }

    private static void signalUnlessGone(Pidfd process, int signal) {
        try {
            process.signal(signal);
        } catch (LinuxException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }
}
