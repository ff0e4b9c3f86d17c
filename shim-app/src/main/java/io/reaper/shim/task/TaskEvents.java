package io.reaper.shim.task;

import io.reaper.contract.ContainerId;
import io.reaper.proto.events.TaskCreate;
import io.reaper.proto.events.TaskDelete;
import io.reaper.proto.events.TaskIO;
import io.reaper.proto.events.TaskStart;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.event.EventSink;
import io.reaper.shim.event.Topic;

/** Tells containerd of a container's transitions; each call queues one event and returns. */
final class TaskEvents {

    private final EventSink sink;

    TaskEvents(EventSink sink) {
        this.sink = sink;
    }

    void created(CreateTaskRequest request, int pid) {
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

    void started(ContainerId id, int pid) {
        sink.publish(
                Topic.START, TaskStart.newBuilder().setContainerId(id.value()).setPid(pid).build());
    }

    void exited(ContainerId id, TaskExit exit) {
        sink.publish(
                Topic.EXIT,
                io.reaper.proto.events.TaskExit.newBuilder()
                        .setContainerId(id.value())
                        .setId(id.value())
                        .setPid(exit.pid())
                        .setExitStatus(exit.status())
                        .setExitedAt(exit.timestamp())
                        .build());
    }

    void deleted(ContainerId id, TaskExit exit) {
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
