package io.reaper.shim.task;

import io.reaper.linux.cgroup.Freezer;
import io.reaper.shim.exec.ExecStatus;
import io.reaper.shim.exec.ExecTask;

/**
 * Answers State from what the shim knows as the parent of all processes, so that it runs no
 * command: containerd asks for every container when it starts, and before each signal. Only that a
 * process is frozen may happen behind our back; that its control group tells.
 */
final class States {

    private final Freezer freezer;

    States(Freezer freezer) {
        this.freezer = freezer;
    }

    TaskSnapshot of(Task task) {
        return switch (task.status()) {
            case TaskStatus.Creating c -> throw task.unknown();
            case TaskStatus.Gone g -> throw task.unknown();
            case TaskStatus.Running r -> TaskSnapshot.of(task).in(freezer.of(task.groups()));
            default -> TaskSnapshot.of(task);
        };
    }

    TaskSnapshot of(Task task, ExecTask exec) {
        return switch (exec.status()) {
            case ExecStatus.Gone g -> throw exec.unknown();
            case ExecStatus.Running r -> TaskSnapshot.of(task, exec).in(freezer.of(task.groups()));
            default -> TaskSnapshot.of(task, exec);
        };
    }
}
