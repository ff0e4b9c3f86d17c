package io.reaper.runtime.cli.ps;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;

/** {@code ps(1)} is missing, or failed. */
public final class PsException extends ReaperException {

    private static final long serialVersionUID = 1;

    PsException(String message) {
        super(ErrorCode.E_PS_FAILED, message);
    }
}
