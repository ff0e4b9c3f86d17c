package io.reaper.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Whatever a verb throws, its caller reads one line, without the names of our classes. */
class ThrownTest {

    static Stream<Throwable> thrown() {
        return Stream.of(
                new RuntimeException(),
                new RuntimeException("java.lang.Error: Properties init"),
                new NullPointerException("Cannot invoke \"String.length()\" because \"x\" is null"),
                new ClassCastException("class java.lang.String cannot be cast to class X"),
                new IndexOutOfBoundsException("Index 5 out of bounds for length 3"),
                new IllegalArgumentException(),
                new NumberFormatException("For input string: \"x\""),
                new InvalidPathException("a", "Nul character not allowed"),
                new UnsupportedOperationException(),
                new StackOverflowError(),
                new OutOfMemoryError("Java heap space"),
                new InternalError("io.reaper.runtime.state.StateStore$1 failed"),
                new NoClassDefFoundError("io/reaper/runtime/Absent"),
                new LinkageError("loader 'app' attempted duplicate class"),
                new ExceptionInInitializerError(new IllegalStateException("no kernel")),
                new ExceptionInInitializerError("io.reaper.X"),
                new AssertionError("main Isolate"),
                new Error("Properties init: Could not determine current working directory."),
                new UncheckedIOException(new IOException()),
                new UncheckedIOException(new IOException("Stream closed\n\tat java.io.X")),
                new UncheckedIOException(new NoSuchFileException("/x")),
                new UncheckedIOException(new NotDirectoryException("/x")),
                new UncheckedIOException(new AccessDeniedException("/x")),
                new UncheckedIOException(new DirectoryNotEmptyException("/x")),
                new UncheckedIOException(new FileSystemLoopException("/x")),
                new UncheckedIOException(new FileSystemException("/x", null, "Input/output error")),
                new DirectoryIteratorException(new NotDirectoryException("/x")),
                new LinuxException("open", "/x", Errno.ENOTDIR));
    }

    private static List<String> verbs() {
        return new ArrayList<>(new RuntimeCommandLine().model().getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void endsInOneLine(Throwable thrown) {
        for (String verb : verbs()) {
            Outcome outcome = Outcome.of(() -> throwing(verb, thrown), verb);
            assertEquals(verb.equals("exec") ? 255 : 1, outcome.status(), verb);
            check(verb, outcome);
        }
    }

    private static void check(String call, Outcome outcome) {
        String said = outcome.err();
        assertEquals(1, said.lines().count(), () -> call + ": " + said);
        assertEquals("", outcome.out());
        for (String never :
                List.of(
                        "Exception",
                        "\tat ",
                        "java",
                        "io.reaper",
                        "io/reaper",
                        "Isolate",
                        "null")) {
            assertFalse(
                    said.contains(never) && !(never.equals("Isolate") && said.contains("(main")),
                    () -> call + ": " + said);
        }
    }

    private static RuntimeCommandLine throwing(String verb, Throwable thrown) {
        RuntimeCommandLine program = new RuntimeCommandLine();
        Callable<Integer> command =
                () -> {
                    throw unchecked(thrown);
                };
        CommandSpec all = program.model().getCommandSpec();
        all.removeSubcommand(verb);
        all.addSubcommand(verb, new CommandLine(CommandSpec.wrapWithoutInspection(command)));
        return program;
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }

    /** Thrown before any verb runs. */
    @Test
    void alsoWhileTheArgumentsAreRead() {
        for (Throwable thrown : thrown().toList()) {
            check("list", Outcome.of(() -> failing(thrown), "list"));
            assertEquals(255, Outcome.of(() -> failing(thrown), "exec", "a", "b").status());
        }
    }

    private static RuntimeCommandLine failing(Throwable thrown) {
        RuntimeCommandLine program = new RuntimeCommandLine();
        program.model()
                .setExecutionStrategy(
                        parsed -> {
                            throw unchecked(thrown);
                        });
        return program;
    }
}
