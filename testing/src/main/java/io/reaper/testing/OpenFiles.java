package io.reaper.testing;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        List<Integer> pids = new ArrayList<>();
        for (Path process : entries(Path.of("/proc"), "[1-9]*")) {
            if (entries(process.resolve("fd"), "*").stream().anyMatch(fd -> leadsTo(fd, file))) {
                pids.add(Integer.parseInt(process.getFileName().toString()));
            }
        }
        return pids;
    }

    private static List<Path> entries(Path directory, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of(); // the process has ended
        }
        return found;
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
