package io.reaper.shim.task;

import io.reaper.shim.runtime.RuntimeState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One state command at a time for all who ask at once. An answer is only shared by those who saw
 * the same stage when they asked: after a start the answer of an older command is out of date.
 * {@code lock} guards the fields; the command runs on a virtual thread of its own.
 */
final class SharedState {

    private final ReentrantLock lock = new ReentrantLock();
    private TaskStatus askedIn;
    private CompletableFuture<RuntimeState> inFlight = CompletableFuture.completedFuture(null);

    CompletableFuture<RuntimeState> ask(TaskStatus stage, Supplier<RuntimeState> command) {
        lock.lock();
        try {
            if (inFlight.isDone() || !sameStage(stage)) {
                askedIn = stage;
                inFlight = CompletableFuture.supplyAsync(command, Thread::startVirtualThread);
            }
            return inFlight.copy();
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // each transition makes a new object
    private boolean sameStage(TaskStatus stage) {
        return askedIn == stage;
    }
}
