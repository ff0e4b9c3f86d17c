package io.reaper.shim.task;

import io.reaper.contract.ExitRecord;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exec.ExecStatus;
import io.reaper.shim.exec.ExecTask;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Exit;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * What follows the end of a container's init process, in this order: no exec is let in any more,
 * the exit goes to disk, execs and what else the container left behind are killed and the execs'
 * exits told, its streams end, and only then its exit is told.
 */
final class Epilogue {

    private static final Duration LEFTOVERS_LIMIT = Duration.ofSeconds(10);

    private final Strays strays;

    Epilogue(Strays strays) {
        this.strays = strays;
    }

    /** Sees to the end of this init process, whenever it comes. */
    void follow(Task task, ChildProcess init) {
        CompletableFuture<Void> unused =
                init.exit()
                        .thenApply(exit -> shut(task, exit))
                        .thenAcceptAsync(exit -> run(task, init, exit), Thread::startVirtualThread);
    }

    /** On the thread that reaps: short. */
    private Exit shut(Task task, Exit exit) {
        task.execs().shut();
        strays.adopted(task, exit.orphans());
        return exit;
    }

    /** On a virtual thread: it waits for the leftovers. */
    private void run(Task task, ChildProcess init, Exit exit) {
        TaskExit end = TaskExit.of(exit);
        attempt(task, () -> persist(task, init, exit));
        attempt(task, () -> endLeftovers(task));
        attempt(task, () -> endStreams(task));
        task.execs().living().forEach(ExecTask::mute);
        task.ended(end);
        task.log().info("init " + end.pid() + " ended with status " + end.status());
    }

    private static void persist(Task task, ChildProcess init, Exit exit) {
        new ExitRecord(
                        task.id().value(),
                        init.pid(),
                        init.startTime(),
                        exit.status().shellStatus(),
                        exit.status().signal(),
                        exit.at())
                .write(task.bundle());
    }

    private static void endStreams(Task task) {
        task.streams().ifPresent(streams -> task.outputEnds(streams.processEnded()));
    }

    private void endLeftovers(Task task) {
        List<ExecTask> execs = task.execs().living();
        if (execs.isEmpty() && strays.of(task).isEmpty()) {
            return;
        }
        // deadline: a command that does not return must not hide the container's end
        boolean ended = await(execs, ExecTask::launch, Deadline.after(LEFTOVERS_LIMIT));
        // deadline: nor must a process in an uninterruptible wait
        Deadline deadline = Deadline.after(LEFTOVERS_LIMIT);
        killAll(task, deadline);
        execs.forEach(Epilogue::kill);
        ended &= await(execs, ExecTask::exit, deadline);
        List<ChildProcess> left = strays.of(task);
        while (!left.isEmpty() && !deadline.passed()) {
            await(strays.end(task, left), deadline);
            left = strays.of(task);
        }
        if (!ended || !left.isEmpty()) {
            task.log().warn("a killed process has not ended after " + LEFTOVERS_LIMIT);
        }
    }

    /** The runtime knows the container's cgroup; what it does not reach are our own children. */
    private void killAll(Task task, Deadline deadline) {
        try {
            task.runtime()
                    .kill(
                            task.id(),
                            task.bundle(),
                            Signals.SIGKILL,
                            OciRuntime.Target.ALL,
                            deadline);
        } catch (ShimException e) {
            if (e.kind() != ShimException.Kind.NOT_FOUND) {
                task.log().warn("leftovers", e);
            }
        }
    }

    private static void kill(ExecTask exec) {
        if (exec.status() instanceof ExecStatus.Running running) {
            running.process().signal(Signals.SIGKILL);
        }
    }

    private static boolean await(
            List<ExecTask> execs,
            Function<ExecTask, CompletableFuture<?>> step,
            Deadline deadline) {
        return await(
                CompletableFuture.allOf(
                        execs.stream()
                                .map(step.andThen(end -> end.exceptionally(deleted -> null)))
                                .toArray(CompletableFuture[]::new)),
                deadline);
    }

    /** Whether it came in time. */
    private static boolean await(CompletableFuture<Void> end, Deadline deadline) {
        try {
            // deadline: see there
            end.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while leftovers ended", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void attempt(Task task, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            task.log().error("after the end of init", e);
        }
    }
}
