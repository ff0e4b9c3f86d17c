package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.container.ContainerProcesses;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.state.Status;
import java.time.Duration;

/** {@code kill}: a signal to a container (runtime-spec 1.2, runtime.md, "Kill"). Takes no lock. */
public final class Kill {

    /** For processes that the kernel cannot end at once (waiting for a disk). */
    private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

    private final StateStore store;

    public Kill(StateStore store) {
        this.store = store;
    }

    /** To the init process alone, which must be there. */
    public void init(ContainerId id, int signal) {
        ContainerDirectory directory = store.at(id);
        Snapshot snapshot = find(directory);
        if (snapshot.status() == Status.STOPPED || snapshot.status() == Status.CREATING) {
            throw ContainerException.notRunning(id, snapshot.status());
        }
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

    /** To every process, also those that outlived init; after SIGKILL they are gone. */
    public void all(ContainerId id, int signal) {
        ContainerDirectory directory = store.at(id);
        Snapshot snapshot = find(directory);
        if (snapshot.status() == Status.CREATING) {
            throw ContainerException.notRunning(id, snapshot.status());
        }
        remember(directory, signal);
        ContainerProcesses processes = new ContainerProcesses(directory, snapshot.state());
        if (signal != Signals.SIGKILL) {
            processes.signal(signal);
        } else if (!processes.kill(Deadline.after(GONE_WITHIN))) { // deadline: GONE_WITHIN
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
        return directory
                .snapshot()
                .orElseThrow(() -> ContainerException.doesNotExist(directory.id()));
    }

    private static void remember(ContainerDirectory directory, int signal) {
        if (Signals.terminatesByDefault(signal)) {
            directory.markKilled();
        }
    }
}
