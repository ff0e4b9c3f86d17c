package io.reaper.shim.task;

import io.reaper.contract.ExitRecord;
import io.reaper.linux.Deadline;
import io.reaper.linux.Signals;
import io.reaper.shim.ShimException;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.exit.Exit;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.stdio.ProcessStreams;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What follows the end of a container's init process, in this order: the exit goes to disk, what
 * the container left behind is killed, its streams end, and only then the exit is told.
 */
final class Epilogue {

    private static final Duration LEFTOVERS_LIMIT = Duration.ofSeconds(10);

    private final OciRuntime runtime;
    private final Children children;
    private final ShimLog log;

    Epilogue(OciRuntime runtime, Children children, ShimLog log) {
        this.runtime = runtime;
        this.children = children;
        this.log = log;
    }

    /** Runs when init has been reaped, on a virtual thread: it waits for the leftovers. */
    void run(Task task, ChildProcess init, Exit exit) {
        TaskExit end = TaskExit.of(exit);
        attempt(task, () -> persist(task, init, exit));
        if (!exit.orphans().isEmpty()) {
            attempt(task, () -> killLeftovers(task, exit));
        }
        task.streams().ifPresent(ProcessStreams::processEnded);
        task.ended(end);
        log.info(task.id() + ": init " + end.pid() + " ended with status " + end.status());
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

    /** The runtime knows the container's cgroup; what it does not reach are our own children. */
    private void killLeftovers(Task task, Exit exit) {
        // deadline: a process in an uninterruptible wait must not hide the container's end
        Deadline deadline = Deadline.after(LEFTOVERS_LIMIT);
        try {
            runtime.kill(
                    task.id(), task.bundle(), Signals.SIGKILL, OciRuntime.Target.ALL, deadline);
        } catch (ShimException e) {
            if (e.kind() != ShimException.Kind.NOT_FOUND) {
                log.warn(task.id() + ": leftovers: " + ShimException.text(e));
            }
        }
        try {
            // deadline: the same
            children.end(exit.orphans()).get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn(task.id() + ": a killed process has not ended after " + LEFTOVERS_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void attempt(Task task, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            log.error(task.id() + ": after the end of init: " + ShimException.text(e));
        }
    }
}
