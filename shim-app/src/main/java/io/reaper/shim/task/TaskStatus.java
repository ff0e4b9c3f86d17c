package io.reaper.shim.task;

import io.reaper.shim.exit.TaskExit;
import java.util.Optional;

/** Where a container is in its life. Each stage holds what is known in it. */
sealed interface TaskStatus {

    /** The id is reserved, the runtime's create runs. */
    record Creating() implements TaskStatus {}

    /** Init exists, its program has not been started. */
    record Created(int pid) implements TaskStatus {}

    /**
     * The runtime's start runs.
     *
     * @param ended an exit that came before start has returned: told after the start
     */
    record Starting(int pid, Optional<TaskExit> ended) implements TaskStatus {}

    /** The program runs. */
    record Running(int pid) implements TaskStatus {}

    record Stopped(TaskExit exit) implements TaskStatus {}

    /** The runtime's delete runs. */
    record Deleting(TaskExit exit) implements TaskStatus {}

    /** Creation failed, or Delete is done: the id is free. */
    record Gone() implements TaskStatus {}

    /** The word for messages. */
    default String word() {
        return switch (this) {
            case Creating() -> "being created";
            case Created c -> "created";
            case Starting s -> "being started";
            case Running r -> "running";
            case Stopped s -> "stopped";
            case Deleting d -> "being deleted";
            case Gone() -> "gone";
        };
    }

    /** Of the init process, also after its end; 0 while there is none. */
    default int pid() {
        return switch (this) {
            case Creating() -> 0;
            case Created created -> created.pid;
            case Starting starting -> starting.pid;
            case Running running -> running.pid;
            case Stopped stopped -> stopped.exit.pid();
            case Deleting deleting -> deleting.exit.pid();
            case Gone() -> 0;
        };
    }
}
