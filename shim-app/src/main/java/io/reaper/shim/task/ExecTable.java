package io.reaper.shim.task;

import io.reaper.shim.ShimException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A container's execs, and the gate that shuts when its init has been reaped: what is not running
 * or being started by then never will be. {@code lock} guards both, for short steps.
 */
final class ExecTable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ExecTask> execs = new LinkedHashMap<>();
    private boolean shut;

    /** Takes an exec in and tells of it. */
    void add(Task task, ExecTask exec) {
        lock.lock();
        try {
            refuseIfShut(task);
            if (execs.putIfAbsent(exec.id().value(), exec) != null) {
                throw new ShimException(
                        ShimException.Kind.ALREADY_EXISTS,
                        "exec " + exec.id() + " of container " + task.id() + " already exists");
            }
            exec.added();
        } finally {
            lock.unlock();
        }
    }

    /** Lets one start. */
    void admit(Task task, ExecTask exec) {
        lock.lock();
        try {
            refuseIfShut(task);
            exec.starting();
        } finally {
            lock.unlock();
        }
    }

    private void refuseIfShut(Task task) {
        if (shut) {
            throw ShimException.failedPrecondition(
                    "cannot exec in container " + task.id() + ": it has ended");
        }
    }

    void shut() {
        lock.lock();
        try {
            shut = true;
        } finally {
            lock.unlock();
        }
    }

    Optional<ExecTask> find(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(execs.get(id));
        } finally {
            lock.unlock();
        }
    }

    void remove(ExecTask exec) {
        lock.lock();
        try {
            execs.remove(exec.id().value(), exec);
        } finally {
            lock.unlock();
        }
    }

    /** Those that run or are being started. */
    List<ExecTask> living() {
        return list(
                exec ->
                        switch (exec.status()) {
                            case ExecStatus.Starting s -> true;
                            case ExecStatus.Running r -> true;
                            case ExecStatus.Added a -> false;
                            case ExecStatus.Stopped s -> false;
                            case ExecStatus.Deleting d -> false;
                            case ExecStatus.Gone g -> false;
                        });
    }

    List<ExecTask> all() {
        return list(exec -> true);
    }

    private List<ExecTask> list(Predicate<ExecTask> wanted) {
        lock.lock();
        try {
            return execs.values().stream().filter(wanted).toList();
        } finally {
            lock.unlock();
        }
    }
}
