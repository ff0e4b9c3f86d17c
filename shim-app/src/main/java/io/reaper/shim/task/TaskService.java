package io.reaper.shim.task;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.proto.options.ProcessDetails;
import io.reaper.proto.task.CheckpointTaskRequest;
import io.reaper.proto.task.CloseIORequest;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.PauseRequest;
import io.reaper.proto.task.PidsRequest;
import io.reaper.proto.task.PidsResponse;
import io.reaper.proto.task.ResizePtyRequest;
import io.reaper.proto.task.ResumeRequest;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StartResponse;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.StateResponse;
import io.reaper.proto.task.StatsRequest;
import io.reaper.proto.task.StatsResponse;
import io.reaper.proto.task.UpdateTaskRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.proto.types.ProcessInfo;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.OciRuntime.Target;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * containerd's Task API, versions 2 and 3, which differ in their names alone: decodes, calls {@link
 * Tasks}, encodes. The only place where an error becomes a status code.
 */
public final class TaskService implements TtrpcService {

    private static final Set<String> NAMES =
            Set.of("containerd.task.v2.Task", "containerd.task.v3.Task");

    /** Without a host before it: callers compare it exactly (containerd/typeurl). */
    private static final String PROCESS_DETAILS = "containerd.runc.v1.ProcessDetails";

    private final Tasks tasks;
    private final Runnable shutdown;
    private final ShimLog log;

    /**
     * Serves these tasks.
     *
     * @param shutdown asks the daemon to end once the replies in flight are written; returns at
     *     once
     */
    public TaskService(Tasks tasks, Runnable shutdown, ShimLog log) {
        this.tasks = tasks;
        this.shutdown = shutdown;
        this.log = log;
    }

    @Override
    public Set<String> names() {
        return NAMES;
    }

    @Override
    public CompletionStage<? extends MessageLite> call(Call call) {
        try {
            return dispatch(call).exceptionallyCompose(error -> failed(call, error));
        } catch (TtrpcException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw failure(call, e);
        }
    }

    private CompletableFuture<MessageLite> dispatch(Call call) {
        Deadline deadline = call.deadline();
        return switch (call.method()) {
            case "Create" -> done(create(call.request(CreateTaskRequest.parser()), deadline));
            case "Start" -> done(start(call.request(StartRequest.parser()), deadline));
            case "State" -> done(state(call.request(StateRequest.parser())));
            case "Kill" -> done(kill(call.request(KillRequest.parser()), deadline));
            case "Delete" -> done(delete(call.request(DeleteRequest.parser()), deadline));
            case "Wait" -> await(call.request(WaitRequest.parser()));
            case "Pids" -> done(pids(call.request(PidsRequest.parser())));
            case "Connect" -> done(connect(call.request(ConnectRequest.parser())));
            case "CloseIO" -> done(closeIo(call.request(CloseIORequest.parser())));
            case "Exec" -> done(exec(call.request(ExecProcessRequest.parser())));
            case "ResizePty" -> done(resizePty(call.request(ResizePtyRequest.parser())));
            case "Shutdown" -> done(shutdown(call.request(ShutdownRequest.parser())));
            case "Stats" -> done(stats(call.request(StatsRequest.parser())));
            case "Pause" -> throw noControl(call, call.request(PauseRequest.parser()).getId());
            case "Resume" -> throw noControl(call, call.request(ResumeRequest.parser()).getId());
            case "Update" ->
                    throw noControl(call, call.request(UpdateTaskRequest.parser()).getId());
            case "Checkpoint" ->
                    throw noControl(call, call.request(CheckpointTaskRequest.parser()).getId());
            default -> throw call.unimplemented();
        };
    }

    private static CompletableFuture<MessageLite> done(MessageLite response) {
        return CompletableFuture.completedFuture(response);
    }

    private CreateTaskResponse create(CreateTaskRequest request, Deadline deadline) {
        return CreateTaskResponse.newBuilder().setPid(tasks.create(request, deadline)).build();
    }

    private StartResponse start(StartRequest request, Deadline deadline) {
        String exec = request.getExecId();
        int pid =
                exec.isEmpty()
                        ? tasks.start(request.getId(), deadline)
                        : tasks.execs().start(tasks.find(request.getId()), exec, deadline);
        return StartResponse.newBuilder().setPid(pid).build();
    }

    private StateResponse state(StateRequest request) {
        String exec = request.getExecId();
        TaskSnapshot task =
                exec.isEmpty()
                        ? tasks.state(request.getId())
                        : tasks.execs().state(tasks.find(request.getId()), exec);
        StateResponse.Builder response =
                StateResponse.newBuilder()
                        .setId(task.id())
                        .setExecId(task.execId())
                        .setBundle(task.bundle().toString())
                        .setPid(task.pid())
                        .setStatus(task.status())
                        .setStdin(task.stdio().stdin())
                        .setStdout(task.stdio().stdout())
                        .setStderr(task.stdio().stderr())
                        .setTerminal(task.stdio().terminal());
        task.exit()
                .ifPresent(
                        exit ->
                                response.setExitStatus(exit.status())
                                        .setExitedAt(exit.timestamp()));
        return response.build();
    }

    private Empty kill(KillRequest request, Deadline deadline) {
        String exec = request.getExecId();
        int signal = signal(request.getSignal());
        if (exec.isEmpty()) {
            Target target = request.getAll() ? Target.ALL : Target.INIT;
            tasks.kill(request.getId(), signal, target, deadline);
        } else {
            tasks.execs().kill(tasks.find(request.getId()), exec, signal);
        }
        return Empty.getDefaultInstance();
    }

    private static int signal(int number) {
        try {
            return Signals.parse(Integer.toUnsignedString(number));
        } catch (IllegalArgumentException e) {
            throw new ShimException(
                    ErrorCode.E_REQUEST_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    e.getMessage(),
                    e);
        }
    }

    private DeleteResponse delete(DeleteRequest request, Deadline deadline) {
        String exec = request.getExecId();
        Optional<TaskExit> end =
                exec.isEmpty()
                        ? Optional.of(tasks.delete(request.getId(), deadline))
                        : tasks.execs().delete(tasks.find(request.getId()), exec, deadline);
        DeleteResponse.Builder response = DeleteResponse.newBuilder();
        end.ifPresent(
                exit ->
                        response.setPid(exit.pid())
                                .setExitStatus(exit.status())
                                .setExitedAt(exit.timestamp()));
        return response.build();
    }

    private CompletableFuture<MessageLite> await(WaitRequest request) {
        String exec = request.getExecId();
        CompletableFuture<TaskExit> end =
                exec.isEmpty()
                        ? tasks.exit(request.getId())
                        : tasks.execs().exit(tasks.find(request.getId()), exec);
        return end.thenApply(
                exit ->
                        WaitResponse.newBuilder()
                                .setExitStatus(exit.status())
                                .setExitedAt(exit.timestamp())
                                .build());
    }

    private PidsResponse pids(PidsRequest request) {
        PidsResponse.Builder response = PidsResponse.newBuilder();
        for (ContainerProcess process : tasks.processes(request.getId())) {
            ProcessInfo.Builder info = ProcessInfo.newBuilder().setPid(process.pid());
            if (!process.execId().isEmpty()) {
                info.setInfo(details(process.execId()));
            }
            response.addProcesses(info);
        }
        return response.build();
    }

    private static Any details(String execId) {
        return Any.newBuilder()
                .setTypeUrl(PROCESS_DETAILS)
                .setValue(ProcessDetails.newBuilder().setExecId(execId).build().toByteString())
                .build();
    }

    private Empty exec(ExecProcessRequest request) {
        tasks.execs().add(tasks.find(request.getId()), request);
        return Empty.getDefaultInstance();
    }

    private Empty resizePty(ResizePtyRequest request) {
        String exec = request.getExecId();
        WindowSize size = windowSize(request.getWidth(), request.getHeight());
        if (exec.isEmpty()) {
            tasks.resize(request.getId(), size);
        } else {
            tasks.execs().resize(tasks.find(request.getId()), exec, size);
        }
        return Empty.getDefaultInstance();
    }

    private static WindowSize windowSize(int columns, int rows) {
        try {
            return new WindowSize(columns, rows);
        } catch (IllegalArgumentException e) {
            throw new ShimException(
                    ErrorCode.E_REQUEST_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    e.getMessage(),
                    e);
        }
    }

    /** Never an empty answer: one that cannot be decoded fails the statistics of a whole node. */
    private StatsResponse stats(StatsRequest request) {
        return StatsResponse.newBuilder().setStats(tasks.stats(request.getId())).build();
    }

    /** For these a container needs control groups with controllers, which none of ours has. */
    private TtrpcException noControl(Call call, String id) {
        tasks.find(id);
        return call.unimplemented();
    }

    /** Must succeed for any id: containerd asks before it knows whether a task exists. */
    private ConnectResponse connect(ConnectRequest request) {
        return ConnectResponse.newBuilder()
                .setShimPid((int) ProcessHandle.current().pid())
                .setTaskPid(tasks.initPid(request.getId()))
                .build();
    }

    private Empty closeIo(CloseIORequest request) {
        String exec = request.getExecId();
        if (request.getStdin()) {
            if (exec.isEmpty()) {
                tasks.closeStdin(request.getId());
            } else {
                tasks.execs().closeStdin(tasks.find(request.getId()), exec);
            }
        }
        return Empty.getDefaultInstance();
    }

    /**
     * containerd asks after each Delete, and when it gives a container up; only a shim without
     * containers may go.
     */
    private Empty shutdown(ShutdownRequest request) {
        tasks.expected().forget(request.getId());
        if (tasks.isEmpty()) {
            log.info("shutdown asked for by " + request.getId());
            shutdown.run();
        }
        return Empty.getDefaultInstance();
    }

    private CompletableFuture<MessageLite> failed(Call call, Throwable error) {
        return CompletableFuture.failedFuture(failure(call, error));
    }

    private TtrpcException failure(Call call, Throwable error) {
        Throwable cause =
                error instanceof CompletionException && error.getCause() != null
                        ? error.getCause()
                        : error;
        if (cause instanceof ShimException known) {
            logOf(call).refused(known.code(), call.method() + ": " + known.getMessage());
            return new TtrpcException(
                    known.code(), status(known.kind()), known.getMessage(), known);
        }
        logOf(call).error(call.method(), cause);
        return new TtrpcException(
                ErrorCode.of(cause), Code.UNKNOWN, ShimException.text(cause), cause);
    }

    /** That of the container, whose id is the first field of every request. */
    private ShimLog logOf(Call call) {
        try {
            return tasks.find(call.request(ConnectRequest.parser()).getId()).log();
        } catch (ShimException | TtrpcException e) {
            return log; // it is not there
        }
    }

    private static Code status(ShimException.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> Code.NOT_FOUND;
            case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
            case INVALID_ARGUMENT -> Code.INVALID_ARGUMENT;
            case FAILED_PRECONDITION -> Code.FAILED_PRECONDITION;
            case DEADLINE_EXCEEDED -> Code.DEADLINE_EXCEEDED;
            case UNIMPLEMENTED -> Code.UNIMPLEMENTED;
            case FAILED -> Code.UNKNOWN;
        };
    }
}
