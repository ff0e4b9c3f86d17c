package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.container.ContainerProcesses;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.state.Status;
import java.time.Duration;
import java.util.function.Supplier;

/** {@code kill}: a signal to a container (runtime-spec 1.3, runtime.md, "Kill"). Takes no lock. */
public final class Kill {

    /** For processes that the kernel cannot end at once (waiting for a disk). */
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

    private final StateStore store;
    private final Supplier<RuntimeLog> log;

    /**
     * @param log opened only if there is something to tell
     */
    public Kill(StateStore store, Supplier<RuntimeLog> log) {
        this.store = store;
        this.log = log;
    }

    /**
     * To the init process, which must be there. SIGKILL ends every process of the container, also
     * those that outlived init: where they share a pid namespace with others, init's end does not.
     */
    public void init(ContainerId id, int signal) {
        ContainerDirectory directory = store.at(id);
        Snapshot snapshot = find(directory);
        if (snapshot.status() == Status.CREATING) {
            throw ContainerException.notRunning(id, snapshot.status());
        }
        if (signal == Signals.SIGKILL) {
            killAll(directory, snapshot);
        } else if (snapshot.status() == Status.STOPPED) {
            throw ContainerException.notRunning(id, snapshot.status());
        } else {
            send(directory, snapshot, signal);
        }
    }

    private void send(ContainerDirectory directory, Snapshot snapshot, int signal) {
        ContainerId id = directory.id();
        try (Pidfd init =
                ContainerProcesses.openInit(snapshot.state())
                        .orElseThrow(() -> ContainerException.alreadyFinished(id))) {
            remember(directory, signal);
            init.signal(signal);
        } catch (LinuxException e) {
            if (e.is(Errno.ESRCH)) {
                throw ContainerException.alreadyFinished(id);
            }
            throw e;
        }
    }

    /** Does not wait where the kernel finds them by itself. */
    private void killAll(ContainerDirectory directory, Snapshot snapshot) {
        ContainerProcesses processes = new ContainerProcesses(directory, snapshot.state());
        if (snapshot.status() == Status.STOPPED && !processes.someLive()) {
            throw ContainerException.notRunning(directory.id(), snapshot.status());
        }
        remember(directory, Signals.SIGKILL);
        boolean runs = snapshot.status() == Status.RUNNING || snapshot.status() == Status.CREATED;
        if (snapshot.state().ownPids() && runs) {
            processes.killWithInit();
        } else if (processes.cgroup().isPresent()) {
            processes.killGroup(processes.cgroup().get());
        } else {
            end(directory.id(), processes);
        }
    }

    /** To every process, also those that outlived init; after SIGKILL they are gone. */
    public void all(ContainerId id, int signal) {
        ContainerDirectory directory = store.at(id);
        Snapshot snapshot = find(directory);
        if (snapshot.status() == Status.CREATING) {
            throw ContainerException.notRunning(id, snapshot.status());
        }
        remember(directory, signal);
        ContainerProcesses processes = new ContainerProcesses(directory, snapshot.state());
        if (signal == Signals.SIGKILL) {
            end(id, processes);
        } else {
            processes.signal(signal);
        }
    }

    private static void end(ContainerId id, ContainerProcesses processes) {
        // deadline: GONE_WITHIN
        if (!processes.kill(Deadline.after(GONE_WITHIN))) {
            throw new ContainerException(
                    ErrorCode.E_PROCESS_LIVES,
                    "container "
                            + id
                            + ": still alive "
                            + GONE_WITHIN.toSeconds()
                            + " s after SIGKILL: "
                            + processes.pids());
        }
    }

    private static Snapshot find(ContainerDirectory directory) {
        return directory.snapshot().orElseThrow(directory::missing);
    }

    /** The signal is sent whether or not this can be written down. */
    private void remember(ContainerDirectory directory, int signal) {
        if (!Signals.terminatesByDefault(signal)) {
            return;
        }
        try {
            directory.markKilled();
        } catch (LinuxException e) {
            log.get().warning("delete will not know of the signal: ", e);
        }
    }
}
