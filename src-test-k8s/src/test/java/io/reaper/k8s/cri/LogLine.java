package io.reaper.k8s.cri;

import io.reaper.testing.Await;
import io.reaper.testing.OpenFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A line of a container's log.
 *
 * @param time RFC 3339, in UTC
 * @param stream stdout or stderr
 * @param isPartial the text goes on in the stream's next line, or has ended without a newline
 */
public record LogLine(String time, String stream, boolean isPartial, String text) {
    /**
     * The lines of a file, with one character for a byte; without what containerd is writing just
     * now: each line of a log ends with a newline, but need not be there at once.
     */
    public static List<LogLine> read(Path file) {
        String text = CriNode.Text.of(file);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        return whole.lines().map(LogLine::parse).toList();
    }

    /**
     * The same once the log is complete: containerd says that a container has ended when it has
     * read all of its output, writes the rest of that into the log, and then closes the file.
     *
     * @param file log of a container that has ended
     */
    public static List<LogLine> readAll(Path file) {
        Await.until(
                CriNode.DEADLINE,
                () -> OpenFiles.holders(file).isEmpty(),
                () -> file + " is closed, open in " + OpenFiles.holders(file));
        return read(file);
    }

    private static LogLine parse(String line) {
        String[] words = line.split(" ", 4);
        if (words.length < 4 || !(words[2].equals("F") || words[2].equals("P"))) {
            throw new AssertionError("not a line of a CRI log: " + line);
        }
        return new LogLine(words[0], words[1], words[2].equals("P"), words[3]);
    }

    /** What was written, both streams. */
    public static String text(List<LogLine> lines) {
        return lines.stream()
                .map(line -> line.isPartial() ? line.text() : line.text() + "\n")
                .collect(Collectors.joining());
    }
}
