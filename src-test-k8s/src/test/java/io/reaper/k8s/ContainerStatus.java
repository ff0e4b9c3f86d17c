package io.reaper.k8s;

/**
 * A container as the kubelet shows it.
 *
 * @param exitCode of one that has ended, else 0; 128 of one that could not be started
 * @param reason Completed, Error, StartError, OOMKilled, Unknown …; empty for a running one
 * @param message what the runtime said about the end, in general empty
 * @param restarts how often it was started again
 */
public record ContainerStatus(
        State state, int exitCode, String reason, String message, int restarts) {
    /** WAITING is a container that was not started yet, or will be started again. */
    public enum State {
        WAITING,
        RUNNING,
        TERMINATED,
        UNKNOWN
    }

    public boolean isRunning() {
        return state == State.RUNNING;
    }

    public boolean hasEnded() {
        return state == State.TERMINATED;
    }
}
