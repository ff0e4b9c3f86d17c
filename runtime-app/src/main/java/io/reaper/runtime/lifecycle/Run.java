package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.launch.Launched;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.DamagedStateException;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.terminal.Foreground;
import java.time.Instant;

/** {@code run}: create and start in one; in the foreground also the wait for the end. */
public final class Run {

    /** What becomes of a container whose program has ended. */
    public enum AtEnd {
        DELETE,
        KEEP
    }

    private final StateStore store;
    private final Create create;
    private final Start start;
    private final Delete delete;
    private final RuntimeLog log;

    public Run(StateStore store, Create create, Start start, Delete delete, RuntimeLog log) {
        this.store = store;
        this.create = create;
        this.start = start;
        this.delete = delete;
        this.log = log;
    }

    /** Returns when the program runs. */
    public void detached(CreateRequest request) {
        createAndStart(request, AtEnd.DELETE).release();
    }

    /**
     * Returns when the program has ended.
     *
     * @param subreaper whether this process adopts what the container and its hooks leave meanwhile
     * @return its exit status, or 128 + the signal that ended it
     */
    public int foreground(CreateRequest request, AtEnd atEnd, boolean subreaper) {
        if (subreaper) {
            new ProcessControl(Syscalls.get()).becomeSubreaper();
        }
        try (Foreground foreground = Foreground.open()) {
            Launched init = createAndStart(request, atEnd);
            ExitStatus status = attend(foreground, init, request.id());
            switch (atEnd) {
                case KEEP -> record(request.id(), status);
                case DELETE -> delete.forced(request.id());
            }
            return status.shellStatus();
        }
    }

    private Launched createAndStart(CreateRequest request, AtEnd atEnd) {
        Launched init = create.create(request);
        try {
            if (atEnd == AtEnd.KEEP) {
                ExitRecord.reserve(store.at(request.id()).path());
            }
            start.start(request.id());
            return init;
        } catch (RuntimeException e) {
            init.release();
            throw cleanedUp(request.id(), e);
        }
    }

    private ExitStatus attend(Foreground foreground, Launched init, ContainerId id) {
        try {
            return foreground.attend(init);
        } catch (RuntimeException e) {
            throw cleanedUp(id, e);
        }
    }

    private RuntimeException cleanedUp(ContainerId id, RuntimeException cause) {
        try {
            delete.forced(id);
        } catch (RuntimeException cleanup) {
            cause.addSuppressed(cleanup);
        }
        return cause;
    }

    /** The program's exit status is told to the caller in any case. */
    private void record(ContainerId id, ExitStatus status) {
        ContainerDirectory directory = store.at(id);
        try {
            directory.load().ifPresent(state -> exitRecord(state, status).write(directory.path()));
        } catch (LinuxException | DamagedStateException e) {
            log.warning("state will not know the exit status: ", e);
        }
    }

    private static ExitRecord exitRecord(ContainerState state, ExitStatus status) {
        return new ExitRecord(
                state.id().value(),
                state.pid(),
                state.pidStartTime(),
                status.shellStatus(),
                status.signal(),
                Instant.now());
    }
}
