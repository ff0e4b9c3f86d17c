package io.reaper.shim.task;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.event.TaskEvents;
import io.reaper.shim.exec.ExecId;
import io.reaper.shim.exec.ExecSpec;
import io.reaper.shim.exec.ExecStatus;
import io.reaper.shim.exec.ExecTask;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Exit;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.StdioRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What can be done to the execs of a container: further processes beside its init. They die with
 * it, and their exits are told before its own ({@link Epilogue}); what one leaves in the background
 * belongs to the container. Only {@link #start} and {@link #delete} wait; a signal goes to the
 * process itself.
 */
final class Execs {

    private final States states;
    private final Strays strays;
    private final StreamsOpener streams;
    private final TaskEvents events;

    Execs(States states, Strays strays, StreamsOpener streams, TaskEvents events) {
        this.states = states;
        this.strays = strays;
        this.streams = streams;
        this.events = events;
    }

    /** Notes what to run; there is no process before {@link #start}. */
    void add(Task task, ExecProcessRequest request) {
        ExecId id = ExecId.of(request.getExecId());
        if (id.value().equals(task.id().value())) {
            throw ShimException.invalid(
                    ErrorCode.E_ID_INVALID,
                    "invalid exec id \"" + id + "\": in events it means the container's init");
        }
        StdioRequest stdio =
                new StdioRequest(
                        request.getStdin(),
                        request.getStdout(),
                        request.getStderr(),
                        request.getTerminal());
        byte[] process = ExecSpec.of(request.getSpec(), request.getTerminal());
        if (!(task.status() instanceof TaskStatus.Running)) {
            throw task.refusal("exec in");
        }
        task.execs().add(task.id(), new ExecTask(task.id(), id, stdio, process, events));
    }

    /** Lets the runtime make the process; returns its pid. */
    int start(Task task, String execId, Deadline deadline) {
        ExecTask exec = find(task, execId);
        task.execs().admit(task.id(), exec);
        ChildProcess process;
        try {
            process = launch(task, exec, deadline);
        } catch (RuntimeException | Error e) {
            exec.startFailed();
            throw e;
        }
        strays.claimed(process);
        exec.started(process);
        CompletableFuture<Void> unused =
                process.exit()
                        .thenApply(exit -> adopt(task, exit))
                        .thenAcceptAsync(
                                exit -> ended(task, exec, exit), Thread::startVirtualThread);
        return process.pid();
    }

    private ChildProcess launch(Task task, ExecTask exec, Deadline deadline) {
        ProcessStreams opened = streams.open(task, exec.stdio());
        try {
            ChildProcess process =
                    task.runtime()
                            .exec(
                                    task.id(),
                                    task.bundle(),
                                    exec.id().value(),
                                    exec.process(),
                                    new OciRuntime.Streams(
                                            opened.forProcess(), opened.consoleSocket()),
                                    deadline);
            handOver(task, opened, process);
            exec.setStreams(opened);
            return process;
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    private void handOver(Task task, ProcessStreams opened, ChildProcess process) {
        try {
            opened.handedOver();
        } catch (RuntimeException | Error e) {
            CompletableFuture<Exit> unused = process.exit().thenApply(exit -> adopt(task, exit));
            process.signal(Signals.SIGKILL);
            throw e;
        }
    }

    /** On the thread that reaps, so that nobody sees the exit before what it left. */
    private Exit adopt(Task task, Exit exit) {
        strays.adopted(task, exit.orphans());
        return exit;
    }

    private void ended(Task task, ExecTask exec, Exit exit) {
        TaskExit end = TaskExit.of(exit);
        try {
            exec.streams().ifPresent(opened -> exec.outputEnds(opened.processEnded()));
        } catch (RuntimeException e) {
            task.log().error("output of exec " + exec.id(), e);
        }
        exec.ended(end);
        task.log().debug("exec " + exec.id() + " ended with status " + end.status());
    }

    TaskSnapshot state(Task task, String execId) {
        return states.of(task, find(task, execId));
    }

    void kill(Task task, String execId, int signal) {
        ExecTask exec = find(task, execId);
        switch (exec.status()) {
            case ExecStatus.Added a -> throw exec.refusal("kill");
            case ExecStatus.Starting s -> throw exec.refusal("kill");
            case ExecStatus.Running running -> {
                if (running.process().exit().isDone()) {
                    throw exec.finished();
                }
                running.process().signal(signal);
            }
            case ExecStatus.Stopped s -> throw exec.finished();
            case ExecStatus.Deleting d -> throw exec.finished();
            case ExecStatus.Gone g -> throw exec.unknown();
        }
    }

    /** Pends until the exec has ended, without a thread. */
    CompletableFuture<TaskExit> exit(Task task, String execId) {
        return find(task, execId).exit();
    }

    /**
     * Forgets an exec that has ended, or was never started; clients have all of its output then, if
     * they read it in good time.
     *
     * @return empty if it was never started
     */
    Optional<TaskExit> delete(Task task, String execId, Deadline deadline) {
        ExecTask exec = find(task, execId);
        Optional<TaskExit> end = exec.deleting();
        Drain.await(exec.drained(), deadline);
        task.execs().remove(exec);
        exec.gone();
        return end;
    }

    void resize(Task task, String execId, WindowSize size) {
        ExecTask exec = find(task, execId);
        switch (exec.status()) {
            case ExecStatus.Added a -> exec.resize(size);
            case ExecStatus.Starting s -> exec.resize(size);
            case ExecStatus.Running r -> exec.resize(size);
            case ExecStatus.Stopped s -> throw exec.refusal("resize");
            case ExecStatus.Deleting d -> throw exec.refusal("resize");
            case ExecStatus.Gone g -> throw exec.unknown();
        }
    }

    void closeStdin(Task task, String execId) {
        find(task, execId).closeStdin();
    }

    private static ExecTask find(Task task, String execId) {
        return task.execs().find(execId).orElseThrow(() -> ExecTask.unknown(task.id(), execId));
    }
}
