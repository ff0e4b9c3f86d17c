package io.reaper.shim.task;

import io.reaper.linux.event.Deadline;
import io.reaper.shim.exit.ChildProcess;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What precedes the answer to a Start that failed. Where init has died of it (its program or a hook
 * could not be run), its end is taken first: clients delete the container at this answer, and look
 * at its state before (containerd's client refuses to delete what is not stopped).
 */
final class StartedInVain {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private StartedInVain() {}

    /** Returns at once where init lives: whoever wants it away ends it then. */
    static void awaitEnd(Task task, Deadline deadline) {
        if (!task.init().map(ChildProcess::hasEnded).orElse(false)) {
            return;
        }
        long limit = LIMIT.toMillis();
        long millis = deadline.isNone() ? limit : Math.min(limit, deadline.remainingMillis() / 2);
        try {
            // deadline: half of the caller's, at most 10 s; the failure is told in any case
            task.exit().get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
