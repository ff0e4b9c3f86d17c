package io.reaper.runtime.init;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import io.reaper.linux.text.Excerpt;

/** The program cannot be run: {@code exec: "foo": executable file not found in $PATH}. */
final class ProgramNotFoundException extends ReaperException {

    private static final long serialVersionUID = 1;

    private final int errno;

    ProgramNotFoundException(String name, String reason, int errno) {
        super(ErrorCode.E_PROGRAM_NOT_FOUND, "exec: " + Excerpt.quoted(name) + ": " + reason);
        this.errno = errno;
    }

    /** 0 if the reason is no system call's. */
    int errno() {
        return errno;
    }
}
