package io.reaper.k8s.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** scripts/install-node.sh is what its parts in scripts/install-node make. */
final class JoinInstallNodeTest {
    private static final String JOIN = "join-install-node.sh";
    private static final String JOINED = "install-node.sh";
    private static final String PARTS = "install-node";

    @TempDir private Path repository;

    @Test
    void theJoinedFileIsWhatThePartsMake() throws Exception {
        assertEquals(new Outcome(0, ""), run(Repository.script(JOIN), "--check"));
    }

    @Test
    void aChangedPartIsToldAndThenJoined() throws Exception {
        Path join = copy();
        Path joined = join.resolveSibling(JOINED);
        String before = Files.readString(joined, UTF_8);
        append(join.resolveSibling(PARTS).resolve("20-undo.sh"), "# one line more\n");

        tellsOf("+# one line more\n", run(join, "--check"));
        assertEquals(before, Files.readString(joined, UTF_8));

        assertEquals(new Outcome(0, ""), run(join));
        assertAll(
                () -> assertEquals(new Outcome(0, ""), run(join, "--check")),
                () -> assertTrue(Files.readString(joined, UTF_8).contains("\n# one line more\n")),
                () -> assertTrue(Files.isExecutable(joined)),
                () -> assertEquals(4, names(join.getParent()).size(), "files are left behind"));
    }

    @Test
    void aChangeOfTheJoinedFileAloneIsTold() throws Exception {
        Path join = copy();
        append(join.resolveSibling(JOINED), "echo not in a part\n");

        tellsOf("-echo not in a part\n", run(join, "--check"));
    }

    private static void tellsOf(String line, Outcome outcome) {
        assertAll(
                () -> assertEquals(1, outcome.status()),
                () -> assertTrue(outcome.said().contains(line), outcome::said),
                () -> assertTrue(outcome.said().contains("run scripts/" + JOIN), outcome::said));
    }

    /** Copies what belongs to the installer; returns the script that joins in there. */
    private Path copy() throws IOException {
        Path scripts = Files.createDirectory(repository.resolve("scripts"));
        for (String name : List.of("common.sh", JOIN, JOINED)) {
            Files.copy(Repository.script(name), scripts.resolve(name));
        }
        Path parts = Files.createDirectory(scripts.resolve(PARTS));
        for (Path part : names(Repository.script(PARTS))) {
            Files.copy(part, parts.resolve(part.getFileName()));
        }
        return scripts.resolve(JOIN);
    }

    private static List<Path> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line, UTF_8, StandardOpenOption.APPEND);
    }

    private record Outcome(int status, String said) {}

    private static Outcome run(Path script, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("bash", script.toString()));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Outcome(process.waitFor(), said);
    }
}
