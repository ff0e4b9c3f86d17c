package io.reaper.shim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.InitializationException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Whatever an action throws, containerd reads one line, without the names of our classes. */
class ThrownTest {

    static Stream<Throwable> thrown() {
        CommandLine line = new CommandLine(CommandSpec.create());
        return Stream.of(
                new RuntimeException(),
                new NullPointerException("Cannot invoke \"io.reaper.shim.X.y()\""),
                new StackOverflowError(),
                new OutOfMemoryError("Java heap space"),
                new NoClassDefFoundError("io/reaper/shim/Absent"),
                new ExceptionInInitializerError("io.reaper.X"),
                new InternalError("io.reaper.shim.X$1"),
                new Error("Properties init: Could not determine current working directory."),
                new UncheckedIOException(new IOException("Stream closed\n\tat java.io.X")),
                new UncheckedIOException(new NotDirectoryException("/x")),
                new InitializationException("Could not instantiate class io.reaper.shim.X"),
                new ParameterException(
                        line, "(java.lang.X: y)", new IllegalStateException("y"), null, "z"),
                new ParameterException(line, "Unmatched argument at index 0: 'dance'"),
                new LinuxException("open", "/x", Errno.ENOTDIR));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void endsInOneLine(Throwable thrown) {
        String line = ShimCommandLine.line(thrown);
        assertEquals(1, line.lines().count(), line);
        for (String never :
                List.of("Exception", "\tat ", "java", "io.reaper", "io/reaper", "null")) {
            assertFalse(line.contains(never), line);
        }
    }
}
