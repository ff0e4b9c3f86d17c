package io.reaper.shim.task;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A container's kill commands that have not ended. The process may be gone, and all the rest of its
 * life over, before the command is: Delete waits for it, since the Shutdown that follows closes the
 * connection, and a client that finds an answer and the end together may take the end (containerd's
 * ttrpc client chooses at random).
 */
final class KillsInFlight {

    private final Map<Object, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

    void run(Runnable command) {
        Object key = new Object();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        running.put(key, ended);
        try {
            command.run();
        } finally {
            running.remove(key);
            ended.complete(null);
        }
    }

    /** Complete when those that run now have ended. */
    CompletableFuture<Void> ended() {
        return CompletableFuture.allOf(running.values().toArray(CompletableFuture[]::new));
    }
}
