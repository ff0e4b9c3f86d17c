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
 * {@code start}: lets a created container's init run the program (runtime-spec 1.2, runtime.md,
 * "Start").
 */
public final class Start {

    private static final int ERROR_LIMIT = 8 * 1024;

    private final StateStore store;
    private final RuntimeLog log;

    public Start(StateStore store, RuntimeLog log) {
        this.store = store;
        this.log = log;
    }

    /** Returns when the program runs, and the hooks after that have ended. */
    public void start(ContainerId id) {
        ContainerDirectory directory = store.at(id);
        try (Gate gate = claim(directory)) {
            await(gate);
            ContainerHooks.late(directory, gate.state(), log).started(gate.state());
        }
    }

    /** The way to init, which one caller gets. */
    private record Gate(Fd fifo, Pidfd init, ContainerState state) implements AutoCloseable {
        @Override
        public void close() {
            fifo.close();
            init.close();
        }
    }

    private static Gate claim(ContainerDirectory directory) {
        ContainerId id = directory.id();
        if (!directory.exists()) {
            throw ContainerException.doesNotExist(id);
        }
        try (Fd _ = directory.lock().orElseThrow(() -> ContainerException.doesNotExist(id))) {
            Snapshot snapshot =
                    directory.snapshot().orElseThrow(() -> ContainerException.doesNotExist(id));
            checkCreated(id, snapshot.status());
            Pidfd init =
                    ContainerProcesses.openInit(snapshot.state())
                            .orElseThrow(() -> notCreated(id, Status.STOPPED));
            Fd fifo = Fd.open(directory.execFifo(), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW);
            LinuxFiles.unlink(directory.execFifo());
            ContainerState running = snapshot.state().withStatus(Status.RUNNING);
            directory.save(running);
            return new Gate(fifo, init, running);
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
     * Init opens the FIFO's other end, close-on-exec: the end of a writer that wrote nothing means
     * that the program runs, bytes are the reason why it does not.
     */
    private static void await(Gate gate) {
        try (Fd reader = gate.fifo().reopen(OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK)) {
            Poll.Entry written = new Poll.Entry(reader, Poll.POLLIN);
            Poll.Entry ended = new Poll.Entry(gate.init().fd(), Poll.POLLIN);
            int[] ready = Poll.await(Deadline.NONE, written, ended);
            // the program may have run and ended between poll's looks at the first and the second;
            // deadline: already passed, this looks once more and does not wait
            boolean opened =
                    ready[0] != 0 || Poll.await(Deadline.after(Duration.ZERO), written)[0] != 0;
            if (!opened) {
                throw new ContainerException(
                        ErrorCode.E_INIT_ENDED,
                        "unable to start container process: init ended before the program ran");
            }
            String refused = read(reader);
            if (!refused.isEmpty()) {
                throw refused(refused);
            }
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
