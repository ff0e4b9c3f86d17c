package io.reaper.contract;

/** A refusal or a failure that was foreseen: its message is one line for the user. */
public abstract class ReaperException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    protected ReaperException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    protected ReaperException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public final ErrorCode code() {
        return code;
    }
}
