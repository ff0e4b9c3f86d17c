package io.reaper.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A process as /proc shows it (proc(5)).
 *
 * @param pid in the PID namespace to which the procfs instance belongs
 * @param parent pid of the parent, 0 when it is outside that namespace
 * @param state letter of /proc/PID/stat, Z for a zombie
 * @param command command line with spaces between the words, or the name in brackets
 */
public record NodeProcess(int pid, int parent, char state, String command) {

    /** All processes of a procfs instance, by pid. */
    public static List<NodeProcess> all(Path proc) {
        List<NodeProcess> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
            entries.forEach(entry -> read(entry).ifPresent(found::add));
        } catch (IOException e) {
            throw new AssertionError("cannot list " + proc, e);
        }
        found.sort(Comparator.comparingInt(NodeProcess::pid));
        return found;
    }

    public boolean isZombie() {
        return state == 'Z';
    }

    private static Optional<NodeProcess> read(Path entry) {
        try {
            String stat = Files.readString(entry.resolve("stat"), StandardCharsets.ISO_8859_1);
            // the name may hold blanks and parentheses: what follows the last one is plain
            int end = stat.lastIndexOf(')');
            String name = stat.substring(stat.indexOf('(') + 1, end);
            List<String> fields = List.of(stat.substring(end + 2).split(" ", -1));
            String line =
                    Files.readString(entry.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .replace('\0', ' ')
                            .strip();
            return Optional.of(
                    new NodeProcess(
                            Integer.parseInt(entry.getFileName().toString()),
                            Integer.parseInt(fields.get(1)),
                            fields.getFirst().charAt(0),
                            line.isEmpty() ? "[" + name + "]" : line));
        } catch (IOException e) {
            return Optional.empty(); // it has ended meanwhile
        }
    }
}
