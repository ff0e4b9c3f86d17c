package io.reaper.shim.event;

import io.reaper.contract.ContainerId;
import io.reaper.proto.events.TaskCreate;
import io.reaper.proto.events.TaskDelete;
import io.reaper.proto.events.TaskExecAdded;
import io.reaper.proto.events.TaskExecStarted;
import io.reaper.proto.events.TaskIO;
import io.reaper.proto.events.TaskStart;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.exit.TaskExit;

/** Tells containerd of a container's transitions; each call queues one event and returns. */
public final class TaskEvents {

    private final EventSink sink;

    public TaskEvents(EventSink sink) {
        this.sink = sink;
    }

    public void created(CreateTaskRequest request, int pid) {
        TaskIO io =
                TaskIO.newBuilder()
                        .setStdin(request.getStdin())
                        .setStdout(request.getStdout())
                        .setStderr(request.getStderr())
                        .setTerminal(request.getTerminal())
                        .build();
        sink.publish(
                Topic.CREATE,
                TaskCreate.newBuilder()
                        .setContainerId(request.getId())
                        .setBundle(request.getBundle())
                        .addAllRootfs(request.getRootfsList())
                        .setIo(io)
                        .setPid(pid)
                        .build());
    }

    public void started(ContainerId id, int pid) {
        sink.publish(
                Topic.START, TaskStart.newBuilder().setContainerId(id.value()).setPid(pid).build());
    }

    public void execAdded(ContainerId id, String exec) {
        sink.publish(
                Topic.EXEC_ADDED,
                TaskExecAdded.newBuilder().setContainerId(id.value()).setExecId(exec).build());
    }

    public void execStarted(ContainerId id, String exec, int pid) {
        sink.publish(
                Topic.EXEC_STARTED,
                TaskExecStarted.newBuilder()
                        .setContainerId(id.value())
                        .setExecId(exec)
                        .setPid(pid)
                        .build());
    }

    /**
     * Of init, or of an exec.
     *
     * @param process the exec's id; the container's own of its init
     */
    public void exited(ContainerId id, String process, TaskExit exit) {
        sink.publish(
                Topic.EXIT,
                io.reaper.proto.events.TaskExit.newBuilder()
                        .setContainerId(id.value())
                        .setId(process)
                        .setPid(exit.pid())
                        .setExitStatus(exit.status())
                        .setExitedAt(exit.timestamp())
                        .build());
    }

    /** Of the container; there is none of an exec. */
    public void deleted(ContainerId id, TaskExit exit) {
        sink.publish(
                Topic.DELETE,
                TaskDelete.newBuilder()
                        .setContainerId(id.value())
                        .setPid(exit.pid())
                        .setExitStatus(exit.status())
                        .setExitedAt(exit.timestamp())
                        .build());
    }
}
