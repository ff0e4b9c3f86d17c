package io.reaper.runtime.state;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;

/** A state.json that is lost or cannot be read. */
public final class DamagedStateException extends ReaperException {

    private static final long serialVersionUID = 1;

    DamagedStateException(Path file, String problem) {
        super(
                ErrorCode.E_STATE_DAMAGED,
                file
                        + ": damaged: "
                        + problem
                        + " (delete --force ends and removes the container)");
    }

    /** Whether what was to be opened or read is no regular file, or cannot be read as one. */
    static boolean isOddFile(LinuxException e) {
        boolean special = e.is(Errno.ELOOP) || e.is(Errno.EISDIR) || e.is(Errno.ENXIO);
        boolean device = e.is(Errno.ENODEV) || e.is(Errno.EAGAIN) || e.is(Errno.EINVAL);
        return special || device || e.is(Errno.E2BIG) || e.is(Errno.EIO) || e.is(Errno.ENOTDIR);
    }
}
