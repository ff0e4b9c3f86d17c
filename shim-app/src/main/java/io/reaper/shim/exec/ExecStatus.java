package io.reaper.shim.exec;

import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.TaskExit;

/** Where an exec is in its life. Each stage holds what is known in it. */
public sealed interface ExecStatus {

    /** Known, and there is no process yet. */
    record Added() implements ExecStatus {}

    /** The runtime's exec runs. */
    record Starting() implements ExecStatus {}

    /** The program runs. */
    record Running(ChildProcess process) implements ExecStatus {}

    /** It has ended; also if it could not be started, then with no pid and status 255. */
    record Stopped(TaskExit exit) implements ExecStatus {}

    /** Delete waits for the end of its output. */
    record Deleting(TaskExit exit) implements ExecStatus {}

    /** Deleted, or its container is: the id is free. */
    record Gone() implements ExecStatus {}

    /** The word for messages. */
    default String word() {
        return switch (this) {
            case Added() -> "not started";
            case Starting() -> "being started";
            case Running r -> "running";
            case Stopped s -> "stopped";
            case Deleting d -> "being deleted";
            case Gone() -> "gone";
        };
    }

    /** Also after its end; 0 if there is, or was, no process. */
    default int pid() {
        return switch (this) {
            case Added() -> 0;
            case Starting() -> 0;
            case Running running -> running.process.pid();
            case Stopped stopped -> stopped.exit.pid();
            case Deleting deleting -> deleting.exit.pid();
            case Gone() -> 0;
        };
    }
}
