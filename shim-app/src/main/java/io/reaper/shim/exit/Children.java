package io.reaper.shim.exit;

import io.reaper.linux.SpawnRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Makes processes, adopts those of others, and tells when they end. */
public interface Children {

    /**
     * Makes a child.
     *
     * @throws io.reaper.linux.LinuxException as {@link io.reaper.linux.Spawner#spawn}
     */
    ChildProcess spawn(SpawnRequest request);

    /**
     * From now until it is closed no exit is forgotten, even of a process that nobody has claimed:
     * held around a command that makes a process and names its pid afterwards.
     */
    Hold hold();

    /**
     * The adopted child of that pid, which may have ended already.
     *
     * @throws io.reaper.shim.ShimException FAILED if it is no child of ours
     */
    ChildProcess claim(int pid);

    /**
     * Kills what an end has left behind, and what that leaves behind. Does nothing to a process
     * that was claimed, nor while a {@link Hold} is open: a command may be about to claim it.
     *
     * @return completed when all of them have ended
     */
    CompletableFuture<Void> end(List<ChildProcess> orphans);

    /** See {@link #hold}. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
