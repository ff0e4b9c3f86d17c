package io.reaper.shim.task;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import io.reaper.shim.exec.ExecTask;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.task.TaskStatus.Created;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Removes a container that has ended, or was never started: {@link Creation} backwards. */
final class Deletion {

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final RootfsMounts rootfs;

    Deletion(RootfsMounts rootfs) {
        this.rootfs = rootfs;
    }

    TaskExit run(Task task, Deadline deadline) {
        if (task.status() instanceof Created) {
            endWithoutStart(task, deadline);
        }
        return remove(
                task,
                deadline,
                () -> {
                    deleteInRuntime(task, deadline);
                    return true;
                });
    }

    /**
     * Ends and removes a container that its client has given up, whatever its stage. Without a
     * runtime that works, too: then its state there stays, as the log tells.
     */
    void discard(Task task) {
        if (!task.exit().isDone()) {
            end(task);
        }
        task.exit().join();
        remove(task, Deadline.NONE, () -> leaveToRuntime(task));
    }

    private static void end(Task task) {
        try {
            // deadline: init is ours, we can end it without the runtime
            kill(task, OciRuntime.Target.ALL, Deadline.after(END_LIMIT));
        } catch (ShimException | LinuxException e) {
            task.log().warn("delete: killed without the runtime", e);
            task.init().ifPresent(init -> init.signal(Signals.SIGKILL));
        }
    }

    /** Whether the runtime has removed it. */
    private static boolean leaveToRuntime(Task task) {
        try {
            // deadline: whoever asked has gone another way meanwhile
            task.runtime().discard(task.id(), task.bundle(), Deadline.after(END_LIMIT));
            return true;
        } catch (ShimException | LinuxException e) {
            task.log().error("delete", e);
            return false;
        }
    }

    /**
     * @param inRuntime lets the runtime remove it; whether that has been done
     */
    private TaskExit remove(Task task, Deadline deadline, BooleanSupplier inRuntime) {
        TaskExit end = task.deleting();
        boolean removed;
        try {
            Drain.await(CompletableFuture.allOf(task.drained(), task.kills().ended()), deadline);
            removed = inRuntime.getAsBoolean();
            task.streams().ifPresent(ProcessStreams::close);
            rootfs.unmount(task.bundle());
        } catch (RuntimeException | Error e) {
            task.deletionFailed();
            throw e;
        }
        if (removed) {
            task.record().ifPresent(record -> noteRemoval(record, task.bundle()));
        }
        task.execs().all().forEach(ExecTask::gone);
        task.deleted();
        return end;
    }

    private void endWithoutStart(Task task, Deadline deadline) {
        kill(task, OciRuntime.Target.INIT, deadline);
        try {
            long limit = END_LIMIT.toMillis();
            long millis = deadline.isNone() ? limit : Math.min(limit, deadline.remainingMillis());
            // deadline: the caller's, at most 10 s
            task.exit().get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ShimException(
                    ErrorCode.E_PROCESS_LIVES,
                    Kind.DEADLINE_EXCEEDED,
                    "container " + task.id() + " was killed and lives",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a container ended", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void kill(Task task, OciRuntime.Target target, Deadline deadline) {
        try {
            task.runtime().kill(task.id(), task.bundle(), Signals.SIGKILL, target, deadline);
        } catch (ShimException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** A container that the runtime does not know any more is what we want. */
    private static void deleteInRuntime(Task task, Deadline deadline) {
        try {
            task.runtime().delete(task.id(), task.bundle(), deadline);
        } catch (ShimException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** Saves the shim's delete, which containerd runs next, from asking the runtime. */
    private static void noteRemoval(ShimRecord record, Path bundle) {
        try {
            record.asRemoved().write(bundle);
        } catch (LinuxException | UncheckedIOException e) {
            return; // then it asks
        }
    }
}
