package io.reaper.shim.input;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;

/** What the caller writes to us. containerd gives a pipe, or {@code /dev/null}. */
public final class StandardInput {

    /** As Go's shims do. */
    private static final int LIMIT = 10 * 1024 * 1024;

    private StandardInput() {}

    /**
     * All of it; nothing of a terminal, of {@code /dev/null}, or of a descriptor that is not there.
     *
     * @throws ShimException INVALID_ARGUMENT above 10 MiB
     */
    public static byte[] read() {
        Fd stdin = Fd.of(0);
        try {
            return stdin.stat().isCharacterDevice() ? new byte[0] : stdin.readAll(LIMIT);
        } catch (LinuxException e) {
            if (e.is(Errno.E2BIG)) {
                throw ShimException.invalid(
                        ErrorCode.E_REQUEST_INVALID,
                        "standard input has more than " + LIMIT + " bytes");
            }
            if (e.is(Errno.EBADF)) {
                return new byte[0];
            }
            throw e;
        }
    }
}
