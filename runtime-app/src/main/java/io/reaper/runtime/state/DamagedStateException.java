package io.reaper.runtime.state;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import java.nio.file.Path;

/** A state.json that cannot be read. */
public final class DamagedStateException extends ReaperException {

    private static final long serialVersionUID = 1;

    DamagedStateException(Path file, String problem) {
        super(
                ErrorCode.E_STATE_DAMAGED,
                file + ": damaged: " + problem + " (delete --force removes the container)");
    }
}
