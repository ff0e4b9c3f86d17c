package io.reaper.shim.exec;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
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
public final class ExecTable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ExecTask> execs = new LinkedHashMap<>();
    private boolean shut;

    /** Takes an exec in and tells of it. */
    public void add(ContainerId container, ExecTask exec) {
        lock.lock();
        try {
            refuseIfShut(container);
            if (execs.putIfAbsent(exec.id().value(), exec) != null) {
                throw new ShimException(
                        ErrorCode.E_EXEC_IN_USE,
                        ShimException.Kind.ALREADY_EXISTS,
                        "exec " + exec.id() + " of container " + container + " already exists");
            }
            exec.added();
        } finally {
            lock.unlock();
        }
    }

    /** Lets one start. */
    public void admit(ContainerId container, ExecTask exec) {
        lock.lock();
        try {
            refuseIfShut(container);
            exec.starting();
        } finally {
            lock.unlock();
        }
    }

    private void refuseIfShut(ContainerId container) {
        if (shut) {
            throw ShimException.failedPrecondition(
                    ErrorCode.E_CONTAINER_NOT_RUNNING,
                    "cannot exec in container " + container + ": it has ended");
        }
    }

    public void shut() {
        lock.lock();
        try {
            shut = true;
        } finally {
            lock.unlock();
        }
    }

    public Optional<ExecTask> find(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(execs.get(id));
        } finally {
            lock.unlock();
        }
    }

    public void remove(ExecTask exec) {
        lock.lock();
        try {
            execs.remove(exec.id().value(), exec);
        } finally {
            lock.unlock();
        }
    }

    /** Those that run or are being started. */
    public List<ExecTask> living() {
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

    public List<ExecTask> all() {
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
