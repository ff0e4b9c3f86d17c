package io.reaper.shim.exec;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.event.Lane;
import io.reaper.shim.event.TaskEvents;
import io.reaper.shim.exec.ExecStatus.Added;
import io.reaper.shim.exec.ExecStatus.Deleting;
import io.reaper.shim.exec.ExecStatus.Gone;
import io.reaper.shim.exec.ExecStatus.Running;
import io.reaper.shim.exec.ExecStatus.Starting;
import io.reaper.shim.exec.ExecStatus.Stopped;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.StdioRequest;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One exec: its status, and the transitions between stages, which alone publish its events. By this
 * table they leave in the order exec-added, exec-started, exit, each at most once. Commands run
 * between transitions, never in them. {@code status} and {@code told} are changed in the lane.
 */
public final class ExecTask {

    /** What a runtime's exec ends with if there was no process. */
    private static final int NOT_STARTED = 255;

    private final ContainerId container;
    private final ExecId id;
    private final StdioRequest stdio;
    private final byte[] process;
    private final TaskEvents events;
    private final Lane lane = new Lane();
    private final CompletableFuture<Optional<ChildProcess>> launch = new CompletableFuture<>();
    private final CompletableFuture<TaskExit> exit = new CompletableFuture<>();
    private volatile ExecStatus status = new Added();
    private volatile Optional<ProcessStreams> streams = Optional.empty();
    private volatile CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);
    private volatile Optional<WindowSize> size = Optional.empty();
    private volatile boolean stdinClosed;
    private boolean told = true;

    /**
     * An exec that has no process yet.
     *
     * @param process what to run, as JSON for the runtime
     */
    public ExecTask(
            ContainerId container,
            ExecId id,
            StdioRequest stdio,
            byte[] process,
            TaskEvents events) {
        this.container = container;
        this.id = id;
        this.stdio = stdio;
        this.process = process;
        this.events = events;
    }

    public ExecId id() {
        return id;
    }

    public StdioRequest stdio() {
        return stdio;
    }

    public byte[] process() {
        return process;
    }

    public ExecStatus status() {
        return status;
    }

    public Optional<ProcessStreams> streams() {
        return streams;
    }

    public void setStreams(ProcessStreams opened) {
        streams = Optional.of(opened);
        size.ifPresent(opened::resize);
        if (stdinClosed) {
            opened.closeStdin();
        }
    }

    /** Ahead of its start, it is the size that its terminal begins with. */
    public void resize(WindowSize wanted) {
        size = Optional.of(wanted);
        streams.ifPresent(opened -> opened.resize(wanted));
    }

    /** Also ahead of its start. */
    public void closeStdin() {
        stdinClosed = true;
        streams.ifPresent(ProcessStreams::closeStdin);
    }

    /** Completed when clients have the whole output; complete while it runs. */
    public CompletableFuture<Void> drained() {
        return drained.copy();
    }

    /** Completed when the command of a start has ended, with the process it made. */
    public CompletableFuture<Optional<ChildProcess>> launch() {
        return launch.copy();
    }

    /** Completed with the exit when its event is queued; NOT_FOUND if deleted without a start. */
    public CompletableFuture<TaskExit> exit() {
        return exit.copy();
    }

    void added() {
        transition(() -> events.execAdded(container, id.value()));
    }

    /**
     * @throws ShimException FAILED_PRECONDITION unless it was never started
     */
    void starting() {
        transition(
                () -> {
                    if (!(status instanceof Added)) {
                        throw refusal("start");
                    }
                    status = new Starting();
                });
    }

    public void started(ChildProcess made) {
        boolean tooLate =
                lane.step(
                        () -> {
                            status = new Running(made);
                            if (told) {
                                events.execStarted(container, id.value(), made.pid());
                            }
                            return !told;
                        });
        if (tooLate) {
            made.signal(Signals.SIGKILL);
        }
        launch.complete(Optional.of(made));
    }

    /** There is no process: no event tells of it, but who waits is answered. */
    public void startFailed() {
        TaskExit none = new TaskExit(0, NOT_STARTED, Instant.now());
        transition(
                () -> {
                    status = new Stopped(none);
                    exit.complete(none);
                });
        launch.complete(Optional.empty());
    }

    /** Its process was reaped. */
    public void ended(TaskExit end) {
        transition(
                () -> {
                    if (status instanceof Running) {
                        if (told) {
                            events.exited(container, id.value(), end);
                        }
                        status = new Stopped(end); // last: no longer living means told
                        exit.complete(end);
                    }
                });
    }

    public void outputEnds(CompletableFuture<Void> whenDrained) {
        drained = whenDrained;
    }

    /**
     * The container's exit is about to be told, and nothing is after it. Only a process that
     * SIGKILL does not end, or a command that does not return, is still there then.
     */
    public void mute() {
        transition(() -> told = false);
    }

    /** Empty if it was never started; then it is gone already. */
    public Optional<TaskExit> deleting() {
        return lane.step(
                () ->
                        switch (status) {
                            case Added a -> {
                                status = new Gone();
                                yield Optional.<TaskExit>empty();
                            }
                            case Stopped(TaskExit end) -> {
                                status = new Deleting(end);
                                yield Optional.of(end);
                            }
                            case Starting s -> throw refusal("delete");
                            case Running r -> throw refusal("delete");
                            case Deleting d -> throw refusal("delete");
                            case Gone g -> throw unknown();
                        });
    }

    /** Nobody finds it any more. */
    public void gone() {
        transition(() -> status = new Gone());
        streams.ifPresent(ProcessStreams::close);
        exit.completeExceptionally(unknown()); // of one that was never started
    }

    public ShimException refusal(String verb) {
        return ShimException.failedPrecondition(
                ErrorCode.E_EXEC_NOT_READY,
                "cannot "
                        + verb
                        + " exec "
                        + id
                        + " of container "
                        + container
                        + ": it is "
                        + status.word());
    }

    public ShimException finished() {
        return ShimException.notFound(
                ErrorCode.E_PROCESS_FINISHED,
                "exec " + id + " of container " + container + ": process already finished");
    }

    public ShimException unknown() {
        return unknown(container, id.value());
    }

    public static ShimException unknown(ContainerId container, String id) {
        return ShimException.notFound(
                ErrorCode.E_EXEC_NOT_FOUND,
                "exec " + id + " of container " + container + " does not exist");
    }

    private void transition(Runnable change) {
        lane.step(
                () -> {
                    change.run();
                    return status;
                });
    }
}
