package io.reaper.runtime.hooks;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;

/** A hook that could not be run, or failed; the message names its kind, position and path. */
public final class HookException extends ReaperException {

    private static final long serialVersionUID = 1;

    HookException(String message) {
        super(ErrorCode.E_HOOK_FAILED, message);
    }
}
