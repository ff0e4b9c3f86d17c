package io.reaper.shim.task;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.cgroup.ControlGroups;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.event.Lane;
import io.reaper.shim.event.TaskEvents;
import io.reaper.shim.exec.ExecTable;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.ContainerRuntime;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.stats.CpuLedger;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.StdioRequest;
import io.reaper.shim.task.TaskStatus.Created;
import io.reaper.shim.task.TaskStatus.Creating;
import io.reaper.shim.task.TaskStatus.Deleting;
import io.reaper.shim.task.TaskStatus.Gone;
import io.reaper.shim.task.TaskStatus.Running;
import io.reaper.shim.task.TaskStatus.Starting;
import io.reaper.shim.task.TaskStatus.Stopped;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One container: its status, and the transitions between stages, which alone publish its events. By
 * this table they leave in the order create, start, exit, delete, each at most once. Commands run
 * between transitions, never in them. {@code status} is changed in the lane and may be read
 * anywhere.
 */
final class Task {

    private final ContainerId id;
    private final Path bundle;
    private final CreateTaskRequest request;
    private final ContainerRuntime runtime;
    private final TaskEvents events;
    private final ShimLog log;
    private final Lane lane = new Lane();
    private final CompletableFuture<TaskExit> exit = new CompletableFuture<>();
    private final ExecTable execs = new ExecTable();
    private final KillsInFlight kills = new KillsInFlight();
    private final CpuLedger cpu = new CpuLedger();
    private final CompletableFuture<Void> givenUp = new CompletableFuture<>();
    private final CompletableFuture<Void> creation = new CompletableFuture<>();
    private volatile TaskStatus status = new Creating();
    private volatile Optional<ProcessStreams> streams = Optional.empty();
    private volatile Optional<ShimRecord> record = Optional.empty();
    private volatile CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);
    private volatile Optional<ChildProcess> init = Optional.empty();
    private volatile ControlGroups groups = ControlGroups.NONE;

    Task(
            ContainerId id,
            Path bundle,
            CreateTaskRequest request,
            ContainerRuntime runtime,
            TaskEvents events,
            ShimLog log) {
        this.id = id;
        this.bundle = bundle;
        this.request = request;
        this.runtime = runtime;
        this.events = events;
        this.log = log;
    }

    ContainerId id() {
        return id;
    }

    Path bundle() {
        return bundle;
    }

    /** Its problems go to its own bundle. */
    ShimLog log() {
        return log;
    }

    /** What its runtime can do. */
    OciRuntime runtime() {
        return runtime.commands();
    }

    /** As its client's options have chosen it. */
    ContainerRuntime configured() {
        return runtime;
    }

    StdioRequest stdio() {
        return new StdioRequest(
                request.getStdin(),
                request.getStdout(),
                request.getStderr(),
                request.getTerminal());
    }

    TaskStatus status() {
        return status;
    }

    ExecTable execs() {
        return execs;
    }

    KillsInFlight kills() {
        return kills;
    }

    /** What Stats has told of its time on the processors. */
    CpuLedger cpu() {
        return cpu;
    }

    /** Those of init that are not the shim's, too: they tell its processes from others. */
    ControlGroups groups() {
        return groups;
    }

    void setGroups(ControlGroups own) {
        groups = own;
    }

    /** The process that the runtime has made. */
    Optional<ChildProcess> init() {
        return init;
    }

    void setInit(ChildProcess made) {
        init = Optional.of(made);
    }

    /** Completed when its client wants it no more. */
    CompletableFuture<Void> givenUp() {
        return givenUp;
    }

    /**
     * Its client wants it no more: a creation that runs is broken off and undone.
     *
     * @return its stage when no creation runs any more
     */
    TaskStatus giveUp() {
        givenUp.complete(null);
        creation.join();
        return status;
    }

    Optional<ProcessStreams> streams() {
        return streams;
    }

    void setStreams(ProcessStreams opened) {
        streams = Optional.of(opened);
    }

    /** Completed when clients have the whole output; complete while it runs. */
    CompletableFuture<Void> drained() {
        return drained.copy();
    }

    void outputEnds(CompletableFuture<Void> whenDrained) {
        drained = whenDrained;
    }

    void setRecord(ShimRecord written) {
        record = Optional.of(written);
    }

    /** What lies in the bundle. */
    Optional<ShimRecord> record() {
        return record;
    }

    /** Completed with the exit when its event is queued; NOT_FOUND if creation fails. */
    CompletableFuture<TaskExit> exit() {
        return exit.copy();
    }

    void created(int pid) {
        transition(
                () -> {
                    status = new Created(pid);
                    events.created(request, pid);
                });
        creation.complete(null);
    }

    void creationFailed() {
        transition(() -> status = new Gone());
        exit.completeExceptionally(unknown());
        creation.complete(null);
    }

    /**
     * @throws ShimException FAILED_PRECONDITION unless created
     */
    void starting() {
        transition(
                () -> {
                    if (!(status instanceof Created(int pid))) {
                        throw refusal("start");
                    }
                    status = new Starting(pid, Optional.empty());
                });
    }

    void started() {
        transition(
                () -> {
                    if (status instanceof Starting(int pid, Optional<TaskExit> ended)) {
                        status = new Running(pid);
                        events.started(id, pid);
                        ended.ifPresent(this::stop);
                    }
                });
    }

    void startFailed() {
        transition(
                () -> {
                    if (status instanceof Starting(int pid, Optional<TaskExit> ended)) {
                        status = new Created(pid);
                        ended.ifPresent(this::stop);
                    }
                });
    }

    /** Init was reaped, its exit is on disk, and nothing of the container lives. */
    void ended(TaskExit end) {
        transition(
                () -> {
                    switch (status) {
                        case Starting(int pid, Optional<TaskExit> none) ->
                                status = new Starting(pid, Optional.of(end));
                        case Created c -> stop(end);
                        case Running r -> stop(end);
                        case Creating c -> throw new IllegalStateException(id + " has no init");
                        case Stopped s -> {} // an exit is told once
                        case Deleting d -> {}
                        case Gone g -> {}
                    }
                });
    }

    private void stop(TaskExit end) {
        status = new Stopped(end);
        events.exited(id, id.value(), end);
        exit.complete(end);
    }

    /**
     * @throws ShimException FAILED_PRECONDITION unless stopped
     */
    TaskExit deleting() {
        return lane.step(
                () -> {
                    if (!(status instanceof Stopped(TaskExit end))) {
                        throw refusal("delete");
                    }
                    status = new Deleting(end);
                    return end;
                });
    }

    void deleted() {
        transition(
                () -> {
                    if (status instanceof Deleting(TaskExit end)) {
                        status = new Gone();
                        events.deleted(id, end);
                    }
                });
    }

    void deletionFailed() {
        transition(
                () -> {
                    if (status instanceof Deleting(TaskExit end)) {
                        status = new Stopped(end);
                    }
                });
    }

    ShimException refusal(String verb) {
        return ShimException.failedPrecondition(
                ErrorCode.E_CONTAINER_NOT_READY,
                "cannot " + verb + " container " + id + ": it is " + status.word());
    }

    ShimException unknown() {
        return ShimException.notFound(
                ErrorCode.E_CONTAINER_NOT_FOUND, "container " + id + " does not exist");
    }

    private void transition(Runnable change) {
        lane.step(
                () -> {
                    change.run();
                    return status;
                });
    }
}
