package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.container.ContainerHooks;
import io.reaper.runtime.container.ContainerProcesses;
import io.reaper.runtime.container.Remains;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.DamagedStateException;
import io.reaper.runtime.state.InitNote;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.state.Status;
import java.time.Duration;
import java.util.Optional;

/** {@code delete}: undoes what create made (runtime-spec 1.3, runtime.md, "Delete"). */
public final class Delete {

    /** How long a container that was told to end may take. */
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final StateStore store;
    private final RuntimeLog log;

    public Delete(StateStore store, RuntimeLog log) {
        this.store = store;
        this.log = log;
    }

    /**
     * Of a stopped container; of a created one, which is killed; of one that is ending since it was
     * sent a signal, for which it waits.
     */
    public void stopped(ContainerId id) {
        ContainerDirectory directory = store.at(id);
        if (!directory.exists()) {
            throw directory.missing();
        }
        Optional<Snapshot> snapshot = directory.snapshot();
        switch (snapshot.map(Snapshot::status).orElse(Status.CREATING)) {
            case STOPPED -> {}
            case CREATED -> end(directory, snapshot.orElseThrow().state());
            case RUNNING, PAUSED -> awaitEnd(directory, snapshot.orElseThrow());
            case CREATING -> abandoned(directory);
        }
        try (Fd _ = directory.lock().orElseThrow(() -> ContainerException.doesNotExist(id))) {
            Optional<Snapshot> now = directory.snapshot();
            now.ifPresent(found -> checkStopped(id, found));
            remove(directory, now.map(Snapshot::state));
        }
    }

    /**
     * Of any container, whatever state it or its directory is in; none is no error. What has its
     * name and is no directory is removed, and a link is not followed.
     */
    public void forced(ContainerId id) {
        ContainerDirectory directory = store.at(id);
        if (!directory.exists()) {
            LinuxFiles.unlink(directory.path());
            return;
        }
        // before the lock: a create that hangs holds it, and lets go when its init has ended
        try {
            directory.load().ifPresent(state -> end(directory, state));
            removeLocked(directory);
        } catch (DamagedStateException e) {
            log.warning("", e);
            end(id, Remains.of(directory));
            removeDamaged(directory);
        }
    }

    private void removeLocked(ContainerDirectory directory) {
        Optional<Fd> lock = directory.lock();
        if (lock.isPresent()) {
            try (Fd _ = lock.get()) {
                remove(directory, directory.load());
            }
        }
    }

    /** Perhaps without the lock: that file may be what is damaged. */
    private void removeDamaged(ContainerDirectory directory) {
        Optional<Fd> lock = Optional.empty();
        try {
            lock = directory.lock();
        } catch (DamagedStateException e) {
            log.warning("", e);
        }
        try {
            clear(directory.id(), Remains.of(directory));
            directory.remove();
        } finally {
            lock.ifPresent(Fd::close);
        }
    }

    /** A directory whose create was killed before init was there. */
    private static void abandoned(ContainerDirectory directory) {
        Optional<Fd> lock = directory.tryLock();
        if (lock.isEmpty() && directory.exists()) {
            throw ContainerException.notStopped(directory.id(), Status.CREATING);
        }
        lock.ifPresent(Fd::close);
    }

    private static void checkStopped(ContainerId id, Snapshot now) {
        // nobody holds the lock of a creating one: its create is dead, and without init so is it
        boolean abandoned = now.status() == Status.CREATING && now.state().pid() == 0;
        if (now.status() != Status.STOPPED && !abandoned) {
            throw ContainerException.notStopped(id, now.status());
        }
    }

    private static void awaitEnd(ContainerDirectory directory, Snapshot snapshot) {
        ContainerException refusal =
                ContainerException.notStopped(directory.id(), snapshot.status());
        if (!directory.isMarkedKilled()) {
            throw refusal;
        }
        Optional<Pidfd> init = ContainerProcesses.openInit(snapshot.state());
        if (init.isPresent()) {
            try (Pidfd handle = init.get()) {
                // deadline: END_WITHIN
                if (!handle.awaitExit(Deadline.after(END_WITHIN))) {
                    throw new ContainerException(
                            ErrorCode.E_PROCESS_LIVES,
                            refusal.getMessage()
                                    + " (it was sent a signal and has not ended within "
                                    + END_WITHIN.toSeconds()
                                    + " s)");
                }
            }
        }
    }

    private static void end(ContainerDirectory directory, ContainerState state) {
        end(directory.id(), new ContainerProcesses(directory, state));
    }

    private static void end(ContainerId id, ContainerProcesses processes) {
        // deadline: END_WITHIN
        if (!processes.kill(Deadline.after(END_WITHIN))) {
            throw new ContainerException(
                    ErrorCode.E_PROCESS_LIVES,
                    "cannot delete container "
                            + id
                            + ": still alive "
                            + END_WITHIN.toSeconds()
                            + " s after SIGKILL: "
                            + processes.pids());
        }
    }

    /** Leftovers of a container whose init has ended go with it. */
    private void remove(ContainerDirectory directory, Optional<ContainerState> state) {
        Optional<InitNote> note = state.map(ContainerState::note).or(directory::note);
        note.ifPresent(found -> clear(directory.id(), new ContainerProcesses(directory, found)));
        Optional<Runnable> hooks = state.map(found -> afterwards(directory, found));
        directory.remove();
        hooks.ifPresent(Runnable::run);
    }

    private static void clear(ContainerId id, ContainerProcesses processes) {
        end(id, processes);
        try {
            processes.removeCgroup();
        } catch (LinuxException e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
            end(id, processes); // an exec that had begun before put one there
            processes.removeCgroup();
        }
    }

    /** Read before the directory goes, run after it. */
    private Runnable afterwards(ContainerDirectory directory, ContainerState state) {
        ContainerHooks hooks = ContainerHooks.late(directory, state, log);
        return () -> hooks.deleted(state);
    }
}
