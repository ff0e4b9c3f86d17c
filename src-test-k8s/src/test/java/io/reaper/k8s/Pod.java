package io.reaper.k8s;

import java.time.Duration;
import java.util.List;

/** A pod that was made; containers are named by their name in its {@link PodSpec}. */
public interface Pod extends AutoCloseable {
    PodSpec spec();

    /** Its sandbox is ready: nothing has befallen it. */
    boolean isReady();

    /**
     * The container as it is now. A driver that plays the kubelet also restarts, here, containers
     * that have ended and whose restart policy says so.
     */
    ContainerStatus status(String container);

    /**
     * The log of the container's latest run, both streams as they were written, one character for a
     * byte (ISO 8859-1).
     */
    String logs(String container);

    /**
     * Runs a command in the container, without standard input.
     *
     * @throws PodException when it cannot be started
     */
    ExecResult exec(String container, List<String> command);

    /**
     * The same with standard input, and with a terminal if asked for: then standard error goes to
     * the terminal, too.
     */
    Session execInteractive(String container, boolean tty, List<String> command);

    /** Attaches to a container of which the specification says stdin or tty. */
    Session attach(String container);

    /**
     * Sends a text to a port of the pod and returns all that comes back until the other side
     * closes, both of them one character for a byte.
     *
     * @throws PodException when nobody answers there
     */
    String forward(int port, String text);

    /**
     * Stops all containers with this grace period and deletes the pod; waits for the end of that.
     */
    void delete(Duration grace);

    /**
     * Deletes with the grace period of the specification; nothing happens if it is gone already.
     */
    @Override
    void close();
}
