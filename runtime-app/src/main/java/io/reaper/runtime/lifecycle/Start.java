package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.runtime.container.ContainerHooks;
import io.reaper.runtime.container.ContainerProcesses;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.state.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code start}: lets a created container's init run the program (runtime-spec 1.3, runtime.md,
 * "Start").
 */
public final class Start {

    private static final int ERROR_LIMIT = 8 * 1024;
    private static final int READER =
            OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOFOLLOW;

    /** How long FIFO and pidfd may be behind the lock: all go in one execve or exit. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    /** How long init may take to end after it has said why it does not become the program. */
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final StateStore store;
    private final RuntimeLog log;

    public Start(StateStore store, RuntimeLog log) {
        this.store = store;
        this.log = log;
    }

    /**
     * Returns when the program runs, and the hooks after that have ended. One that is killed in the
     * middle has let init through or has not: then it can be repeated.
     */
    public void start(ContainerId id) {
        ContainerDirectory directory = store.at(id);
        if (!directory.exists()) {
            throw directory.missing();
        }
        ContainerState started;
        // held until the program runs or init has ended, so that one of two starts wins
        try (Fd _ = directory.lock().orElseThrow(() -> ContainerException.doesNotExist(id))) {
            Snapshot snapshot =
                    directory.snapshot().orElseThrow(() -> ContainerException.doesNotExist(id));
            checkCreated(id, snapshot.status());
            started = snapshot.state();
            try (Pidfd init =
                            ContainerProcesses.openInit(started)
                                    .orElseThrow(() -> notCreated(id, Status.STOPPED));
                    Fd reader = Fd.open(directory.execFifo(), READER)) {
                awaitProgram(directory, started, init, reader);
            }
            remember(directory, started.withStatus(Status.RUNNING));
        }
        ContainerHooks.late(directory, started, log).started(started);
    }

    /** That it runs is known by init's hold: what cannot be written is only told. */
    private void remember(ContainerDirectory directory, ContainerState running) {
        try {
            LinuxFiles.unlink(directory.execFifo());
            directory.save(running);
        } catch (LinuxException e) {
            log.warning("container " + directory.id() + " runs, not written down: ", e);
        }
    }

    private static void checkCreated(ContainerId id, Status status) {
        if (status != Status.CREATED) {
            throw notCreated(id, status);
        }
    }

    private static ContainerException notCreated(ContainerId id, Status status) {
        return new ContainerException(
                ErrorCode.E_CONTAINER_NOT_CREATED,
                switch (status) {
                    case RUNNING -> "cannot start an already running container: " + id;
                    case STOPPED -> "cannot start a container that has stopped: " + id;
                    case CREATING, CREATED, PAUSED ->
                            "cannot start container " + id + " in the " + status.text() + " state";
                });
    }

    /**
     * The open reader has let init through. It opens the FIFO's other end, close-on-exec: the end
     * of a writer that wrote nothing means that the program runs, bytes are the reason why it does
     * not. But where a start was killed before, the writer may have come and gone, and no end of it
     * is told: so init's hold is waited for first.
     */
    private static void awaitProgram(
            ContainerDirectory directory, ContainerState state, Pidfd init, Fd reader) {
        boolean settled = state.initHolds() && directory.hold().awaitRelease();
        Poll.Entry written = new Poll.Entry(reader, Poll.POLLIN);
        Poll.Entry ended = new Poll.Entry(init.fd(), Poll.POLLIN);
        // deadline: SETTLED, or none for a container of an earlier version, whose init has no hold
        Deadline deadline = settled ? Deadline.after(SETTLED) : Deadline.NONE;
        int[] ready = Poll.await(deadline, written, ended);
        // the program may have run and ended between poll's looks at the first and the second;
        // deadline: already passed, this looks once more and does not wait
        int fifo =
                ready[0] != 0 || ready[1] == 0
                        ? ready[0]
                        : Poll.await(Deadline.after(Duration.ZERO), written)[0];
        if (fifo == 0 && ready[1] != 0) {
            throw new ContainerException(
                    ErrorCode.E_INIT_ENDED,
                    "unable to start container process: init ended before the program ran");
        }
        String told = (fifo & Poll.POLLIN) == 0 ? "" : read(reader);
        if (!told.isEmpty()) {
            init.awaitExit(Deadline.after(END_WITHIN)); // deadline: END_WITHIN; delete can follow
            throw refused(told);
        }
    }

    private static String read(Fd reader) {
        byte[] text = new byte[ERROR_LIMIT];
        try {
            int count = reader.read(text, 0, text.length);
            return new String(text, 0, count, StandardCharsets.UTF_8);
        } catch (LinuxException e) {
            if (e.is(Errno.EAGAIN)) {
                return "";
            }
            throw e;
        }
    }

    /** Init of a version before codes says the reason alone. */
    private static ContainerException refused(String told) {
        int space = told.indexOf(' ');
        Optional<ErrorCode> code =
                space < 0 ? Optional.empty() : ErrorCode.named(told.substring(0, space));
        return new ContainerException(
                code.orElse(ErrorCode.E_PROGRAM_REFUSED),
                "unable to start container process: "
                        + (code.isPresent() ? told.substring(space + 1) : told));
    }
}
