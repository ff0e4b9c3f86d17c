package io.reaper.shim.task;

import io.reaper.proto.types.Status;
import io.reaper.shim.stdio.StdioRequest;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A container at one moment.
 *
 * @param pid of the init process, also after its end
 * @param exit present once it has ended
 */
record TaskSnapshot(
        String id,
        Path bundle,
        Status status,
        int pid,
        StdioRequest stdio,
        Optional<TaskExit> exit) {

    static TaskSnapshot of(Task task) {
        TaskStatus stage = task.status();
        return new TaskSnapshot(
                task.id().value(),
                task.bundle(),
                status(stage),
                stage.pid(),
                task.stdio(),
                exit(stage));
    }

    /** With the runtime's word for a container that lives. */
    TaskSnapshot said(String word) {
        Status said =
                switch (word) {
                    case "creating", "created" -> Status.CREATED;
                    case "paused" -> Status.PAUSED;
                    case "pausing" -> Status.PAUSING;
                    case "running" -> Status.RUNNING;
                    default -> Status.UNKNOWN;
                };
        return exit.isPresent()
                ? this // it ended while the runtime was asked
                : new TaskSnapshot(id, bundle, said, pid, stdio, exit);
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
}
