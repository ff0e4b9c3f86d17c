package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code strace -ff} wrote: a file for each thread of the program and of its children. */
final class Traces {

    private static final Pattern THREAD =
            Pattern.compile("clone3?\\(.*CLONE_THREAD.* = (\\d+)( .*)?");

    /** The whole line: its parts are written one after the other. */
    private static final Pattern END = Pattern.compile("exit_group\\(\\d+\\) += \\?");

    private final Path directory;

    Traces(Path directory) {
        this.directory = directory;
    }

    /**
     * The calls of the traced program's own threads.
     *
     * @param action its last argument
     */
    List<String> of(String action) {
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
    private long awaitEnd(String action) {
        Await.until(ShimProgram.LIMIT, () -> ended(action).isPresent(), () -> action + " ends");
        return ended(action).orElseThrow();
    }

    /** Its pid, once it has. */
    private Optional<Long> ended(String action) {
        for (String name : ShimProgram.entries(directory)) {
            List<String> lines = lines(directory.resolve(name));
            boolean program =
                    !lines.isEmpty()
                            && lines.getFirst().startsWith("execve(")
                            && lines.getFirst().contains("\"" + action + "\"]");
            if (program && END.matcher(lines.getLast()).matches()) {
                assertTrue(lines.getLast().startsWith("exit_group(0)"), lines.getLast());
                return Optional.of(Long.valueOf(name.substring(2)));
            }
        }
        return Optional.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file, StandardCharsets.ISO_8859_1)
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
