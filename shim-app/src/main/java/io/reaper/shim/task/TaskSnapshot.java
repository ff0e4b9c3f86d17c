package io.reaper.shim.task;

import io.reaper.linux.cgroup.Freezer;
import io.reaper.proto.types.Status;
import io.reaper.shim.exec.ExecStatus;
import io.reaper.shim.exec.ExecTask;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.stdio.StdioRequest;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A container, or one of its execs, at one moment.
 *
 * @param execId empty of a container
 * @param pid of the process, also after its end
 * @param exit present once it has ended
 */
record TaskSnapshot(
        String id,
        String execId,
        Path bundle,
        Status status,
        int pid,
        StdioRequest stdio,
        Optional<TaskExit> exit) {

    static TaskSnapshot of(Task task) {
        TaskStatus stage = task.status();
        return new TaskSnapshot(
                task.id().value(),
                "",
                task.bundle(),
                status(stage),
                stage.pid(),
                task.stdio(),
                exit(stage));
    }

    static TaskSnapshot of(Task task, ExecTask exec) {
        ExecStatus stage = exec.status();
        return new TaskSnapshot(
                task.id().value(),
                exec.id().value(),
                task.bundle(),
                status(stage),
                stage.pid(),
                exec.stdio(),
                exit(stage));
    }

    /** Frozen or not, where it runs. */
    TaskSnapshot in(Freezer.Condition condition) {
        if (status != Status.RUNNING) {
            return this; // it ended meanwhile
        }
        Status now =
                switch (condition) {
                    case THAWED -> Status.RUNNING;
                    case FREEZING -> Status.PAUSING;
                    case FROZEN -> Status.PAUSED;
                };
        return new TaskSnapshot(id, execId, bundle, now, pid, stdio, exit);
    }

    private static Status status(TaskStatus stage) {
        return switch (stage) {
            case TaskStatus.Creating c -> Status.UNKNOWN;
            case TaskStatus.Created c -> Status.CREATED;
            case TaskStatus.Starting s -> Status.CREATED;
            case TaskStatus.Running r -> Status.RUNNING;
            case TaskStatus.Stopped s -> Status.STOPPED;
            case TaskStatus.Deleting d -> Status.STOPPED;
            case TaskStatus.Gone g -> Status.UNKNOWN;
        };
    }

    private static Status status(ExecStatus stage) {
        return switch (stage) {
            case ExecStatus.Added a -> Status.CREATED;
            case ExecStatus.Starting s -> Status.CREATED;
            case ExecStatus.Running r -> Status.RUNNING;
            case ExecStatus.Stopped s -> Status.STOPPED;
            case ExecStatus.Deleting d -> Status.STOPPED;
            case ExecStatus.Gone g -> Status.UNKNOWN;
        };
    }

    private static Optional<TaskExit> exit(TaskStatus stage) {
        return switch (stage) {
            case TaskStatus.Stopped(TaskExit end) -> Optional.of(end);
            case TaskStatus.Deleting(TaskExit end) -> Optional.of(end);
            case TaskStatus.Creating c -> Optional.empty();
            case TaskStatus.Created c -> Optional.empty();
            case TaskStatus.Starting s -> Optional.empty();
            case TaskStatus.Running r -> Optional.empty();
            case TaskStatus.Gone g -> Optional.empty();
        };
    }

    private static Optional<TaskExit> exit(ExecStatus stage) {
        return switch (stage) {
            case ExecStatus.Stopped(TaskExit end) -> Optional.of(end);
            case ExecStatus.Deleting(TaskExit end) -> Optional.of(end);
            case ExecStatus.Added a -> Optional.empty();
            case ExecStatus.Starting s -> Optional.empty();
            case ExecStatus.Running r -> Optional.empty();
            case ExecStatus.Gone g -> Optional.empty();
        };
    }
}
