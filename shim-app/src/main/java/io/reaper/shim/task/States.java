package io.reaper.shim.task;

import io.reaper.linux.Deadline;
import io.reaper.proto.types.Status;
import io.reaper.shim.ShimException;
import io.reaper.shim.runtime.RuntimeState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers State: after an end from memory, before it from the runtime, since a process may be
 * frozen behind our back; but not right after the runtime's start or exec, when containerd always
 * asks. If the runtime is too slow for the caller's deadline, what the shim itself knows is the
 * answer.
 */
final class States {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Duration startIsFresh;

    /**
     * @param startIsFresh how long what the runtime's start has said is taken for granted
     */
    States(Duration startIsFresh) {
        this.startIsFresh = startIsFresh;
    }

    TaskSnapshot of(Task task, Deadline deadline) {
        TaskStatus status = task.status();
        return switch (status) {
            case TaskStatus.Creating c -> throw task.unknown();
            case TaskStatus.Gone g -> throw task.unknown();
            case TaskStatus.Stopped s -> TaskSnapshot.of(task);
            case TaskStatus.Deleting d -> TaskSnapshot.of(task);
            case TaskStatus.Running r when r.isYoungerThan(startIsFresh) -> TaskSnapshot.of(task);
            default -> living(task, status, deadline);
        };
    }

    private TaskSnapshot living(Task task, TaskStatus stage, Deadline deadline) {
        long half = half(deadline);
        CompletableFuture<RuntimeState> answer = ask(task, stage);
        try {
            // deadline: half of the caller's, then the shim's own knowledge is the answer
            String word = answer.get(half, TimeUnit.MILLISECONDS).status();
            if (!word.equals("stopped")) {
                return TaskSnapshot.of(task).said(word);
            }
            // deadline: the other half; the exit is on its way from the pidfd
            task.exit().get(half, TimeUnit.MILLISECONDS);
            return TaskSnapshot.of(task);
        } catch (TimeoutException e) {
            return TaskSnapshot.of(task);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (task.exit().isDone()) {
                return TaskSnapshot.of(task); // it ended, or was deleted, while we asked
            }
            throw e.getCause() instanceof ShimException cause
                    ? cause
                    : new IllegalStateException(e);
        }
    }

    /** The runtime knows no execs, but whether their container is frozen. */
    TaskSnapshot of(Task task, ExecTask exec, Deadline deadline) {
        return switch (exec.status()) {
            case ExecStatus.Gone g -> throw exec.unknown();
            case ExecStatus.Running r when !r.isYoungerThan(startIsFresh) ->
                    living(task, exec, deadline);
            default -> TaskSnapshot.of(task, exec);
        };
    }

    private TaskSnapshot living(Task task, ExecTask exec, Deadline deadline) {
        try {
            // deadline: half of the caller's, then the shim's own knowledge is the answer
            String word =
                    ask(task, task.status()).get(half(deadline), TimeUnit.MILLISECONDS).status();
            TaskSnapshot snapshot = TaskSnapshot.of(task, exec);
            boolean frozen = word.equals("paused") || word.equals("pausing");
            return frozen && snapshot.status() == Status.RUNNING ? snapshot.said(word) : snapshot;
        } catch (TimeoutException | ExecutionException e) {
            return TaskSnapshot.of(task, exec); // the shim itself is its parent and knows the rest
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private CompletableFuture<RuntimeState> ask(Task task, TaskStatus stage) {
        return task.runtimeState()
                .ask(
                        stage,
                        // deadline: nobody waits longer than this for a state
                        () ->
                                task.runtime()
                                        .state(task.id(), task.bundle(), Deadline.after(LIMIT)));
    }

    private static long half(Deadline deadline) {
        return deadline.isNone() ? LIMIT.toMillis() : deadline.remainingMillis() / 2;
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while asking for a state", e);
    }
}
