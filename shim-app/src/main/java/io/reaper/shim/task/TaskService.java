package io.reaper.shim.task;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.reaper.linux.Deadline;
import io.reaper.proto.task.CloseIORequest;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.PidsRequest;
import io.reaper.proto.task.PidsResponse;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StartResponse;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.StateResponse;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.proto.types.ProcessInfo;
import io.reaper.shim.ShimException;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.OciRuntime.Target;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.Code;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
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
        } catch (RuntimeException e) {
            throw failure(call, e);
        }
    }

    private CompletableFuture<MessageLite> dispatch(Call call) {
        Deadline deadline = call.deadline();
        return switch (call.method()) {
            case "Create" -> done(create(call.request(CreateTaskRequest.parser()), deadline));
            case "Start" -> done(start(call.request(StartRequest.parser()), deadline));
            case "State" -> done(state(call.request(StateRequest.parser()), deadline));
            case "Kill" -> done(kill(call.request(KillRequest.parser()), deadline));
            case "Delete" -> done(delete(call.request(DeleteRequest.parser()), deadline));
            case "Wait" -> await(call.request(WaitRequest.parser()));
            case "Pids" -> done(pids(call.request(PidsRequest.parser())));
            case "Connect" -> done(connect(call.request(ConnectRequest.parser())));
            case "CloseIO" -> done(closeIo(call.request(CloseIORequest.parser())));
            case "Shutdown" -> done(shutdown(call.request(ShutdownRequest.parser())));
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
        refuseExec(request.getId(), request.getExecId());
        return StartResponse.newBuilder().setPid(tasks.start(request.getId(), deadline)).build();
    }

    private StateResponse state(StateRequest request, Deadline deadline) {
        refuseExec(request.getId(), request.getExecId());
        TaskSnapshot task = tasks.state(request.getId(), deadline);
        StateResponse.Builder response =
                StateResponse.newBuilder()
                        .setId(task.id())
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
        refuseExec(request.getId(), request.getExecId());
        Target target = request.getAll() ? Target.ALL : Target.INIT;
        tasks.kill(request.getId(), request.getSignal(), target, deadline);
        return Empty.getDefaultInstance();
    }

    private DeleteResponse delete(DeleteRequest request, Deadline deadline) {
        refuseExec(request.getId(), request.getExecId());
        TaskExit exit = tasks.delete(request.getId(), deadline);
        return DeleteResponse.newBuilder()
                .setPid(exit.pid())
                .setExitStatus(exit.status())
                .setExitedAt(exit.timestamp())
                .build();
    }

    private CompletableFuture<MessageLite> await(WaitRequest request) {
        refuseExec(request.getId(), request.getExecId());
        return tasks.exit(request.getId())
                .thenApply(
                        exit ->
                                WaitResponse.newBuilder()
                                        .setExitStatus(exit.status())
                                        .setExitedAt(exit.timestamp())
                                        .build());
    }

    private PidsResponse pids(PidsRequest request) {
        PidsResponse.Builder response = PidsResponse.newBuilder();
        for (int pid : tasks.pids(request.getId())) {
            response.addProcesses(ProcessInfo.newBuilder().setPid(pid));
        }
        return response.build();
    }

    /** Must succeed for any id: containerd asks before it knows whether a task exists. */
    private ConnectResponse connect(ConnectRequest request) {
        return ConnectResponse.newBuilder()
                .setShimPid((int) ProcessHandle.current().pid())
                .setTaskPid(tasks.initPid(request.getId()))
                .build();
    }

    private Empty closeIo(CloseIORequest request) {
        refuseExec(request.getId(), request.getExecId());
        if (request.getStdin()) {
            tasks.closeStdin(request.getId());
        }
        return Empty.getDefaultInstance();
    }

    /** containerd asks after each Delete; only a shim without containers may go. */
    private Empty shutdown(ShutdownRequest request) {
        if (tasks.isEmpty()) {
            log.info("shutdown asked for by " + request.getId());
            shutdown.run();
        }
        return Empty.getDefaultInstance();
    }

    /** There is no Exec yet, so no exec can be known. */
    private static void refuseExec(String id, String execId) {
        if (!execId.isEmpty()) {
            throw ShimException.notFound(
                    "exec " + execId + " of container " + id + " does not exist");
        }
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
            log.debug(call.method() + ": " + known.getMessage());
            return new TtrpcException(code(known.kind()), known.getMessage(), known);
        }
        log.error(call.method() + ": " + ShimException.text(cause));
        return new TtrpcException(Code.UNKNOWN, ShimException.text(cause), cause);
    }

    private static Code code(ShimException.Kind kind) {
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
