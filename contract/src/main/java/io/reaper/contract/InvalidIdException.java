package io.reaper.contract;

/** Not the id of a container; the message says why. */
public final class InvalidIdException extends ReaperException {

    private static final long serialVersionUID = 1;

    InvalidIdException(String reason) {
        super(ErrorCode.E_ID_INVALID, "invalid container id" + reason);
    }
}
