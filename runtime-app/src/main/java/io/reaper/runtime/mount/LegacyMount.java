package io.reaper.runtime.mount;

import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountFlags;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The same options as {@code mount(2)} takes them. */
final class LegacyMount {

    static final long REMOUNT = MountFlags.REMOUNT;

    private static final int DATA_LIMIT = 4095; // the kernel copies one page with its NUL

    private LegacyMount() {}

    /** Of the mount and of the filesystem. */
    static long flags(MountOptions options) {
        return MountAttributes.mountFlags(options.attributes().set()) | options.superblock();
    }

    /**
     * Joined with commas.
     *
     * @throws LinuxException E2BIG for more than the kernel would read of them
     */
    static String data(List<String> data) {
        String joined = String.join(",", data);
        if (joined.getBytes(StandardCharsets.UTF_8).length > DATA_LIMIT) {
            throw new LinuxException("options", "", Errno.E2BIG);
        }
        return joined;
    }
}
