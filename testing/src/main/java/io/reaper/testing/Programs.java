package io.reaper.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** The installed programs that are tested. */
public final class Programs {
    private Programs() {}

    /**
     * Their directory: the system property reaper.bin.
     *
     * @throws AssertionError where it is not set
     */
    public static Path directory() {
        String directory = System.getProperty("reaper.bin", "");
        if (directory.isEmpty()) {
            throw new AssertionError(
                    "install the programs (scripts/install.sh --prefix DIR) and name them with"
                            + " -Dreaper.bin=DIR/bin");
        }
        return Path.of(directory).toAbsolutePath();
    }

    public static Path runtime() {
        return program("reaper-runtime");
    }

    public static Path shim() {
        return program("containerd-shim-reaper-v2");
    }

    private static Path program(String name) {
        Path file = directory().resolve(name);
        if (!Files.isExecutable(file)) {
            throw new AssertionError("not an executable: " + file);
        }
        return file;
    }
}
