package io.reaper.runtime.launch;

import io.reaper.contract.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What {@code --pid-file} names: a pid in decimal, without an end of line. */
public final class PidFile {

    private static final int PERMISSIONS = 0644;

    private PidFile() {}

    public static void write(Path file, int pid) {
        byte[] text = Integer.toString(pid).getBytes(StandardCharsets.US_ASCII);
        AtomicFile.write(file.toAbsolutePath(), text, PERMISSIONS);
    }
}
