package io.reaper.shim.runtime;

import io.reaper.contract.ContainerId;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.shim.exit.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The OCI runtime behind the shim, verb by verb (OCI runtime-spec, chapter "Runtime and
 * Lifecycle"). A verb that fails throws {@link io.reaper.shim.error.ShimException} with what the
 * runtime said: NOT_FOUND where the container or its process is gone, ALREADY_EXISTS where the id
 * is taken, DEADLINE_EXCEEDED where the command was killed because time was up.
 */
public interface OciRuntime {

    /**
     * Makes the container. A command that patience does not outlast is killed.
     *
     * @return the init process, which waits for {@link #start}
     */
    ChildProcess create(ContainerId id, Path bundle, Streams streams, Patience patience);

    /**
     * Runs one more process in a container. FAILED_PRECONDITION where the container does not run.
     *
     * @param name of its files, which are gone when this returns; safe as a file name
     * @param process the object {@code process} of the OCI runtime-spec, as JSON
     * @return the process; its program runs
     */
    ChildProcess exec(
            ContainerId id,
            Path bundle,
            String name,
            byte[] process,
            Streams streams,
            Deadline deadline);

    /**
     * What a new process gets.
     *
     * @param descriptors 0, 1 and 2 of it
     * @param consoleSocket where the runtime sends the terminal's master, if it gets a terminal
     */
    record Streams(List<Fd> descriptors, Optional<Path> consoleSocket) {}

    void start(ContainerId id, Path bundle, Deadline deadline);

    void kill(ContainerId id, Path bundle, int signal, Target target, Deadline deadline);

    /** Removes a container that has ended. */
    void delete(ContainerId id, Path bundle, Deadline deadline);

    /**
     * Removes whatever holds the id, killing what lives, but only if it was made from this very
     * bundle: the id may be in use by another containerd namespace. What has begun when time is up
     * goes on.
     */
    Discarded discard(ContainerId id, Path bundle, Deadline deadline);

    /** What {@link #discard} found. */
    enum Discarded {
        /** The bundle's container, which is gone now. */
        REMOVED,
        /** Another bundle's, which was left alone. */
        FOREIGN,
        /** Nothing that has a state. */
        NOTHING
    }

    /** Whom a signal is for. */
    enum Target {
        INIT,
        ALL
    }
}
