package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code strace -ff} wrote: a file for each thread of the program and of its children. */
final class Traces {

    private static final Pattern THREAD =
            Pattern.compile("clone3?\\(.*CLONE_THREAD.* = (\\d+)( .*)?");

    private final Path directory;

    Traces(Path directory) {
        this.directory = directory;
    }

    /**
     * The calls of the traced program's own threads.
     *
     * @param action its last argument
     */
    List<String> of(String action) throws Exception {
        long pid = awaitEnd(action);
        List<String> calls = new ArrayList<>();
        List<Long> threads = new ArrayList<>(List.of(pid));
        for (int i = 0; i < threads.size(); i++) {
            for (String line : lines(directory.resolve("t." + threads.get(i)))) {
                calls.add(line);
                Matcher made = THREAD.matcher(line);
                if (made.matches()) {
                    threads.add(Long.valueOf(made.group(1)));
                }
            }
        }
        return calls;
    }

    /** strace itself goes on as long as the daemon does, which it follows too. */
    private long awaitEnd(String action) throws Exception {
        for (int i = 0; i < 3000; i++) {
            for (Path file : files()) {
                List<String> lines = lines(file);
                boolean program =
                        !lines.isEmpty()
                                && lines.getFirst().startsWith("execve(")
                                && lines.getFirst().contains("\"" + action + "\"]");
                if (program && lines.getLast().startsWith("exit_group(")) {
                    assertTrue(lines.getLast().startsWith("exit_group(0)"), lines.getLast());
                    return Long.parseLong(file.getFileName().toString().substring(2));
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError(action + " has not ended: " + files());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file)
                ? Files.readAllLines(file, StandardCharsets.ISO_8859_1)
                : List.of();
    }
}
