package io.reaper.runtime.cli.ps;

/** {@code ps(1)} is missing, or failed. */
public final class PsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    PsException(String message) {
        super(message);
    }
}
