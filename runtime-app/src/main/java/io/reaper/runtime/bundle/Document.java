package io.reaper.runtime.bundle;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.nio.file.Path;

/** A JSON document of somebody else's on disk: read whole, or refused unread. */
public final class Document {

    private static final int LIMIT = 16 * 1024 * 1024;

    private Document() {}

    /**
     * The whole document.
     *
     * @throws SpecException if it is no regular file, or larger than 16 MiB
     * @throws LinuxException if it is missing
     */
    public static byte[] read(Path path) {
        // not blocking: a FIFO in its place must not hold us
        try (Fd file = Fd.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK)) {
            FileStat stat = file.stat();
            if (!stat.isRegular()) {
                throw new SpecException(
                        ErrorCode.E_CONFIG_INVALID, path.toString(), "", "not a regular file");
            }
            if (stat.size() > LIMIT) {
                throw new SpecException(
                        ErrorCode.E_CONFIG_INVALID,
                        path.toString(),
                        "",
                        stat.size() + " bytes, at most " + LIMIT + " are read");
            }
            return file.readAll(LIMIT, stat.size());
        }
    }
}
