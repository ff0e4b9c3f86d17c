package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.nio.file.Path;

/** /dev/null, and nothing that only has its name. */
final class NullDevice {

    private static final int MAJOR = 1;
    private static final int MINOR = 3;

    private NullDevice() {}

    static boolean is(FileStat stat) {
        return stat.isCharacterDevice(MAJOR, MINOR);
    }

    /**
     * The machine's, {@code O_PATH}: "/" must still be the machine's.
     *
     * @throws LinuxException ENODEV if it is another file
     */
    static Fd ofHost() {
        Fd found = Fd.open(Path.of("/dev/null"), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW);
        if (!is(found.stat())) {
            found.close();
            throw new LinuxException("the machine's /dev/null is not c 1:3", "", Errno.ENODEV);
        }
        return found;
    }
}
