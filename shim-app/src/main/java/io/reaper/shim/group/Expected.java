package io.reaper.shim.group;

import io.reaper.contract.ContainerId;
import io.reaper.linux.event.Deadline;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The containers that are on their way to a daemon: {@code start} has named its address, and Create
 * has not come yet. A daemon that expects one is not idle. Any thread may call.
 */
public final class Expected {

    /** From {@code start} to Create: containerd does nothing in between but connect. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Duration limit;
    private final Map<String, Deadline> coming = new ConcurrentHashMap<>();

    public Expected() {
        this(LIMIT);
    }

    Expected(Duration limit) {
        this.limit = limit;
    }

    /** Counts the container until it has come, is forgotten, or 30 s have passed. */
    public void expect(ContainerId id) {
        // deadline: a containerd that lets go of its start calls nobody
        coming.put(id.value(), Deadline.after(limit));
    }

    /** It has come, or will not come. */
    public void forget(String id) {
        coming.remove(id);
    }

    public boolean isEmpty() {
        return nextLapse().isEmpty();
    }

    /** When the first of them will be expected no longer; empty if none is. */
    public Optional<Deadline> nextLapse() {
        coming.values().removeIf(Deadline::passed);
        return coming.values().stream().min(Comparator.comparingInt(Deadline::remainingMillis));
    }
}
