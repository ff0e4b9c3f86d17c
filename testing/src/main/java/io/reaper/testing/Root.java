package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Whether these tests may do what only root may. */
public final class Root {
    private Root() {}

    /** Skips the tests, with the reason, for any other user. */
    public static void assume() {
        try {
            int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            Assumptions.assumeTrue(uid == 0, () -> "needs root, and this is uid " + uid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
