package io.reaper.shim.exit;

import io.reaper.linux.process.SpawnRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Makes processes, adopts those of others, and tells when they end. */
public interface Children {

    /**
     * Makes a child.
     *
     * @throws io.reaper.linux.seam.LinuxException as {@link io.reaper.linux.process.Spawner#spawn}
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
     * @throws io.reaper.shim.error.ShimException FAILED if it is no child of ours
     */
    ChildProcess claim(int pid);

    /** Adopted children that live and that nobody has claimed. */
    List<ChildProcess> adopted();

    /**
     * Kills children that nobody has claimed, and what they leave behind in turn. Commands in
     * flight now may be about to claim one: it waits for the {@link Hold}s that are open.
     *
     * @param whose asked for each before it is killed: whether it is the caller's to kill
     * @return completed when all of them have ended; it is the caller's to set a limit
     */
    CompletableFuture<Void> end(List<ChildProcess> orphans, Predicate<ChildProcess> whose);

    /** See {@link #hold}. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
