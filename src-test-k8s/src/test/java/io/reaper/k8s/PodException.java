package io.reaper.k8s;

/** The cluster has refused something; the message is its own. */
public final class PodException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public PodException(String message) {
        super(message);
    }

    public PodException(String message, Throwable cause) {
        super(message, cause);
    }
}
