package io.reaper.runtime.hooks;

/** A hook that could not be run, or failed; the message names its kind, position and path. */
public final class HookException extends RuntimeException {

    private static final long serialVersionUID = 1;

    HookException(String message) {
        super(message);
    }
}
