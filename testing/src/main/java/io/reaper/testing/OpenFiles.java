package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Who has which file open, from the descriptors in {@code /proc} (proc(5), {@code /proc/pid/fd}).
 */
public final class OpenFiles {
    private OpenFiles() {}

    /**
     * The pids that have this file open, in whatever mount namespace; as root, of all processes.
     */
    public static List<Integer> holders(Path file) {
        return Listing.of(Path.of("/proc")).stream()
                .filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
                .filter(pid -> descriptors(pid).stream().anyMatch(fd -> leadsTo(fd, file)))
                .map(pid -> Integer.valueOf(pid.getFileName().toString()))
                .toList();
    }

    private static List<Path> descriptors(Path process) {
        try {
            return Listing.of(process.resolve("fd"));
        } catch (UncheckedIOException e) {
            return List.of(); // another user's
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            // the names first: to ask a FIFO or a dead mount for its status may take long
            return Files.readSymbolicLink(descriptor).endsWith(file.getFileName())
                    && Files.isSameFile(descriptor, file);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
