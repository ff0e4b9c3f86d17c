package io.reaper.shim.runtime;

import io.reaper.linux.event.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long a command of the runtime is waited for.
 *
 * @param givenUp completed by whoever knows that nobody wants its outcome any more
 */
public record Patience(Deadline deadline, CompletableFuture<Void> givenUp) {

    public static Patience until(Deadline deadline) {
        return new Patience(deadline, new CompletableFuture<>());
    }

    /** Whether it is at an end. */
    public boolean over() {
        return deadline.passed() || givenUp.isDone();
    }

    /**
     * Waits for the end of a command.
     *
     * @throws TimeoutException if patience ends before
     */
    <T> T await(CompletableFuture<T> end) throws TimeoutException {
        CompletableFuture<Object> either = CompletableFuture.anyOf(end, givenUp);
        try {
            if (deadline.isNone()) {
                either.join();
            } else {
                // deadline: of the call that needs the command
                either.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a command of the runtime ran", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (!end.isDone()) {
            throw new TimeoutException();
        }
        return end.join();
    }
}
