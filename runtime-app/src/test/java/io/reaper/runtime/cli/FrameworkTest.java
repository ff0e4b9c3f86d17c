package io.reaper.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The two ways to a verb answer alike: through the framework, as on the JVM, and straight from
 * main, as an executable does.
 */
@QuarkusMainTest
class FrameworkTest {

    @TempDir Path root;

    @Test
    void bothWaysAnswerAlike(QuarkusMainLauncher launcher) {
        assertAll(
                CommandLines.few(root)
                        .map(
                                args ->
                                        () ->
                                                assertEquals(
                                                        straight(args),
                                                        framework(launcher, args),
                                                        () -> String.join(" ", args))));
    }

    private Outcome framework(QuarkusMainLauncher launcher, List<String> args) throws IOException {
        CommandLines.make(root);
        LaunchResult result = launcher.launch(args.toArray(String[]::new));
        return new Outcome(
                result.exitCode(), text(result.getOutput()), text(result.getErrorOutput()));
    }

    private Outcome straight(List<String> args) throws IOException {
        CommandLines.make(root);
        Outcome outcome = Outcome.of(args.toArray(String[]::new));
        return new Outcome(outcome.status(), text(outcome.out()), text(outcome.err()));
    }

    /** The launcher keeps lines, not their last end. */
    private static String text(String said) {
        return said.lines().collect(Collectors.joining("\n"));
    }
}
