package io.reaper.runtime.cli;

/** {@code ps(1)} is missing, or failed. */
final class PsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    PsException(String message) {
        super(message);
    }
}
