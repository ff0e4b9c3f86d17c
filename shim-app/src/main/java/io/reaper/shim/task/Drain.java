package io.reaper.shim.task;

import io.reaper.linux.event.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Delete's wait for what outlasts the process: its output, commands in flight. */
final class Drain {

    /** As long as containerd's shim for runc gives a client that does not read. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Drain() {}

    /** What is not read in time is lost with the Delete: it cannot wait for ever. */
    static void await(CompletableFuture<Void> drained, Deadline deadline) {
        long limit = LIMIT.toMillis();
        long millis = deadline.isNone() ? limit : Math.min(limit, deadline.remainingMillis() / 2);
        try {
            // deadline: half of the caller's, at most 10 s
            drained.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while output was awaited", e);
        }
    }
}
