package io.reaper.shim.event;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The order of one container's life: its transitions, each with the event that tells of it, are
 * steps of one lane, first come first served. A step is short: it changes the status and queues an
 * event, and never runs a command or waits.
 */
public final class Lane {

    private final ReentrantLock lock = new ReentrantLock(true);

    public <T> T step(Supplier<T> transition) {
        lock.lock();
        try {
            return transition.get();
        } finally {
            lock.unlock();
        }
    }
}
