package io.reaper.shim.error;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.contract.ReaperException;

/**
 * A refusal or a failure with one line for the user. Its {@link Kind} is what callers of the Task
 * API branch on; only the TTRPC edge turns it into a status code.
 */
public final class ShimException extends ReaperException {

    private static final long serialVersionUID = 1;

    /** The classes of errors which containerd knows (its package errdefs). */
    public enum Kind {
        NOT_FOUND,
        ALREADY_EXISTS,
        INVALID_ARGUMENT,
        FAILED_PRECONDITION,
        DEADLINE_EXCEEDED,
        UNIMPLEMENTED,
        FAILED
    }

    private final Kind kind;

    public ShimException(ErrorCode code, Kind kind, String message) {
        super(code, message);
        this.kind = kind;
    }

    public ShimException(ErrorCode code, Kind kind, String message, Throwable cause) {
        super(code, message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    public static ShimException notFound(ErrorCode code, String message) {
        return new ShimException(code, Kind.NOT_FOUND, message);
    }

    public static ShimException invalid(ErrorCode code, String message) {
        return new ShimException(code, Kind.INVALID_ARGUMENT, message);
    }

    public static ShimException failedPrecondition(ErrorCode code, String message) {
        return new ShimException(code, Kind.FAILED_PRECONDITION, message);
    }

    public static ShimException unimplemented(String message) {
        return new ShimException(ErrorCode.E_NOT_SUPPORTED, Kind.UNIMPLEMENTED, message);
    }

    /** One line for whoever reads logs or called us. */
    public static String text(Throwable error) {
        return FailureText.of(error);
    }
}
