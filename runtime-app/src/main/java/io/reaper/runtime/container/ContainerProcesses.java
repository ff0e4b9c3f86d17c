package io.reaper.runtime.container;

import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.ProcessTree;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.cgroup.TrackingCgroup;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.ContainerState.Tracking;
import io.reaper.runtime.state.ExecRecords.Leader;
import io.reaper.runtime.state.InitNote;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every process of a container: those of its cgroup, or without one those below its init process
 * and the processes of exec, and those of their sessions.
 */
public final class ContainerProcesses {

    private final ContainerDirectory directory;
    private final Leader init;
    private final Optional<Tracking> tracking;
    private final Optional<Cgroup> cgroup;
    private final boolean ownPids;

    public ContainerProcesses(ContainerDirectory directory, ContainerState state) {
        this(directory, state.note(), state.ownPids());
    }

    /** Of a container whose state.json need not be there. */
    public ContainerProcesses(ContainerDirectory directory, InitNote note) {
        this(directory, note, false);
    }

    private ContainerProcesses(ContainerDirectory directory, InitNote note, boolean ownPids) {
        this.directory = directory;
        this.init = note.init();
        this.tracking = note.tracking();
        this.cgroup = tracking.flatMap(Tracking::group);
        this.ownPids = ownPids;
    }

    /** Living ones; zombies are none. */
    public Set<Integer> pids() {
        Set<Integer> pids = new LinkedHashSet<>();
        if (init.lives()) {
            pids.add(init.pid());
        }
        pids.addAll(cgroup.isPresent() ? cgroup.get().pids() : tree());
        return pids;
    }

    /** Whether any is left. */
    public boolean someLive() {
        return (cgroup.isPresent() && cgroup.get().isPopulated()) || !pids().isEmpty();
    }

    private Set<Integer> tree() {
        List<Leader> leaders = new ArrayList<>(directory.execs().all());
        if (init.pid() != 0) { // session 0 is the kernel's
            leaders.add(init);
        }
        Set<Integer> pids = new LinkedHashSet<>();
        for (Leader leader : leaders) {
            if (leader.lives()) {
                pids.add(leader.pid());
                pids.addAll(ProcessTree.descendants(leader.pid()));
            }
        }
        for (ProcessInfo process : members(leaders)) {
            pids.add(process.pid());
            pids.addAll(ProcessTree.descendants(process.pid()));
        }
        pids.removeIf(pid -> ProcessInfo.of(pid).map(ProcessInfo::isZombie).orElse(true));
        return pids;
    }

    /** Processes of the sessions that these lead or led. */
    private static List<ProcessInfo> members(List<Leader> leaders) {
        Set<Integer> sessions =
                leaders.stream()
                        .filter(ContainerProcesses::sessionIsOurs)
                        .map(Leader::pid)
                        .collect(Collectors.toSet());
        return sessions.isEmpty()
                ? List.of()
                : ProcessTree.all().stream()
                        .filter(process -> sessions.contains(process.session()))
                        .toList();
    }

    /** The kernel gives a pid to nobody else while a session of that number has members. */
    private static boolean sessionIsOurs(Leader leader) {
        return ProcessInfo.of(leader.pid())
                .map(process -> process.startTime() == leader.startTime())
                .orElse(true);
    }

    /**
     * Forgets processes of exec that have ended, unless something of their session lives on that
     * nothing else leads to.
     */
    public void forgetEnded() {
        Optional<Fd> lock = directory.execs().tryLock();
        if (lock.isPresent()) {
            try (Fd _ = lock.get()) {
                forget(directory.execs().all().stream().filter(leader -> !leader.lives()).toList());
            }
        }
    }

    /** Forgets these, which have ended, as {@link #forgetEnded} does. */
    public void forget(List<Leader> ended) {
        Set<Integer> needed =
                cgroup.isPresent() || ended.isEmpty()
                        ? Set.of()
                        : members(ended).stream()
                                .filter(process -> !process.isZombie())
                                .map(ProcessInfo::session)
                                .collect(Collectors.toSet());
        for (Leader leader : ended) {
            if (!needed.contains(leader.pid())) {
                directory.execs().remove(leader);
            }
        }
    }

    /** Sends a signal to all; those which appear meanwhile may be missed. */
    public void signal(int signal) {
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
    public boolean kill(Deadline deadline) {
        if (cgroup.isPresent()) {
            cgroup.get().kill();
            boolean initGone = killInit(deadline);
            if (cgroup.get().isPopulated()) {
                killPassedOver(cgroup.get());
            }
            return cgroup.get().awaitEmpty(deadline) && initGone;
        }
        if (ownPids) {
            return killInit(deadline); // its end is told when the kernel has ended all others
        }
        // orphans stay below init as long as it lives: it is stopped first and ended last
        stopInit();
        boolean othersGone = killOthers(deadline);
        // once more: an exec that came between and had seen init alive
        return killInit(deadline) && othersGone && killOthers(deadline);
    }

    /**
     * SIGKILL to init, with which all others end, of a container with a pid namespace of its own
     * that is not frozen.
     */
    public void killWithInit() {
        signalInit(Signals.SIGKILL);
    }

    /** SIGKILL to those of a group and to init, without waiting for their end. */
    public void killGroup(Cgroup group) {
        group.kill();
        signalInit(Signals.SIGKILL);
        if (!others().isEmpty()) {
            killPassedOver(group);
        }
    }

    /**
     * {@code cgroup.kill} signals first threads, and no process whose own has ended while others
     * run (Linux 6.18). Then the group once more: what these have forked meanwhile, and an exec
     * that came between and had seen init alive.
     */
    private void killPassedOver(Cgroup group) {
        signal(Signals.SIGKILL);
        group.kill();
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
        others.remove(init.pid());
        return others;
    }

    private void stopInit() {
        signalInit(Signals.SIGSTOP);
    }

    /** To init alone; one that has ended is no error. */
    private void signalInit(int signal) {
        Optional<Pidfd> found = open(init);
        if (found.isPresent()) {
            try (Pidfd handle = found.get()) {
                signalUnlessGone(handle, signal);
            }
        }
    }

    private boolean killInit(Deadline deadline) {
        Optional<Pidfd> found = open(init);
        if (found.isEmpty()) {
            return true;
        }
        try (Pidfd handle = found.get()) {
            signalUnlessGone(handle, Signals.SIGKILL);
            return handle.awaitExit(deadline);
        }
    }

    /** The group in which the container's processes are found, if there is one. */
    public Optional<Cgroup> cgroup() {
        return cgroup;
    }

    /**
     * Removes the group, whose processes have ended.
     *
     * @throws LinuxException EBUSY if an exec that had begun before has put one there
     */
    public void removeCgroup() {
        cgroup.ifPresent(Cgroup::remove);
        tracking.filter(Tracking::isIntended).ifPresent(TrackingCgroup::removeIfEmpty);
    }

    /** A handle of the init process, unless it has ended. */
    public static Optional<Pidfd> openInit(ContainerState state) {
        return open(state.note().init());
    }

    private static Optional<Pidfd> open(Leader process) {
        if (process.pid() == 0) {
            return Optional.empty();
        }
        Optional<Pidfd> handle = Pidfd.find(process.pid());
        if (handle.isPresent() && !process.lives()) {
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
