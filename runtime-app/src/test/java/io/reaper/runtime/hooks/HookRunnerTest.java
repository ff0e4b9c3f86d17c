package io.reaper.runtime.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.process.Pidfd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hooks as real processes of the shell. */
class HookRunnerTest {

    private static final String STATE = "{\"id\":\"a\"}";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path dir;

    private static Hook hook(String script, int... timeout) {
        return new Hook(
                "/bin/sh",
                List.of("sh", "-c", script),
                List.of("PATH=/usr/bin:/bin"),
                timeout.length == 0 ? OptionalInt.empty() : OptionalInt.of(timeout[0]));
    }

    private HookRunner runner() {
        return new HookRunner(STATE, Optional.of(dir), Optional.empty());
    }

    private String failure(Hook... hooks) {
        return assertThrows(
                        HookException.class,
                        () -> runner().runAll(HookKind.POSTSTART, List.of(hooks)))
                .getMessage();
    }

    private String file(String name) throws IOException {
        return Files.readString(dir.resolve(name)).strip();
    }

    @Test
    void eachOneGetsTheWholeStateAndNothingOfOurs() throws IOException {
        String large = "{\"annotations\":{\"a\":\"" + "x".repeat(300_000) + "\"}}";
        List<Hook> hooks =
                List.of(
                        hook("cat >one; pwd >cwd; env >env; echo out; echo err >&2"),
                        hook("exec <&-; cat one >order"), // reads nothing
                        hook("cat >two; echo second >>order"));
        new HookRunner(large, Optional.of(dir), Optional.empty()).runAll(HookKind.PRESTART, hooks);
        assertEquals(large, file("one"));
        assertEquals(large, file("two"));
        assertTrue(file("order").endsWith("second"));
        assertEquals(dir.toRealPath().toString(), file("cwd"));
        for (String line : file("env").lines().toList()) { // PWD and _ are the shell's own
            assertTrue(line.matches("(PATH=/usr/bin:/bin|PWD=.*|_=.*|OLDPWD=.*|SHLVL=.*)"), line);
        }
    }

    @Test
    void argsNameTheProgramTheirWay() throws IOException {
        Path script = dir.resolve("hook");
        Files.writeString(script, "#!/bin/sh\necho \"$# $1\" >\"$(dirname \"$0\")/args\"\n");
        assertTrue(script.toFile().setExecutable(true));
        List<String> path = List.of("PATH=/usr/bin:/bin");
        Hook without = new Hook(script.toString(), List.of(), path, OptionalInt.empty());
        runner().runAll(HookKind.PRESTART, List.of(without));
        assertEquals("0", file("args"));
        Hook with = new Hook(script.toString(), List.of("zero", "one"), path, OptionalInt.empty());
        runner().runAll(HookKind.PRESTART, List.of(with));
        assertEquals("1 one", file("args"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    exit 3                              | exit status 3
                    kill -9 $$                          | killed by SIGKILL
                    echo a; echo b >&2; echo c >&2; false | exit status 1, stdout: a, stderr: b c
                    """)
    void aFailureTellsWhatItSaid(String script, String problem) {
        assertEquals(
                "error running poststart hook #0 (/bin/sh): " + problem, failure(hook(script)));
    }

    @Test
    void theFirstFailureStopsTheOthers() {
        String message = failure(hook("echo >1"), hook("exit 1"), hook("echo >3"));
        assertEquals("error running poststart hook #1 (/bin/sh): exit status 1", message);
        assertTrue(Files.exists(dir.resolve("1")));
        assertFalse(Files.exists(dir.resolve("3")));
    }

    @Test
    void failuresThatAreWarningsStopNothing() {
        List<String> warnings = new ArrayList<>();
        runner().runAll(
                        HookKind.POSTSTOP,
                        List.of(hook("exit 1"), hook("echo >2"), hook("exit 3")),
                        problem -> warnings.add(problem.getMessage()));
        assertEquals(
                List.of(
                        "error running poststop hook #0 (/bin/sh): exit status 1",
                        "error running poststop hook #2 (/bin/sh): exit status 3"),
                warnings);
        assertTrue(Files.exists(dir.resolve("2")));
    }

    @Test
    void aMissingProgramIsNamed() {
        Hook hook = new Hook("/no/such", List.of(), List.of(), OptionalInt.empty());
        assertEquals(
                "error running poststart hook #0 (/no/such): no such file or directory",
                failure(hook));
    }

    @ParameterizedTest
    @CsvSource({
        "exec sleep 1000",
        "sleep 1000 & echo $! >child.new; mv child.new child; wait",
        "trap '' TERM; while :; do echo x; done"
    })
    void oneThatHangsIsKilledWithItsChildren(String script) throws IOException {
        String message = assertTimeout(SOON, () -> failure(hook(script, 1)));
        assertTrue(
                message.startsWith(
                        "error running poststart hook #0 (/bin/sh): killed, it ran past its"
                                + " timeout of 1 s"),
                message);
        if (Files.exists(dir.resolve("child"))) { // a slow machine needs the whole second for it
            Optional<ProcessHandle> child = ProcessHandle.of(Long.parseLong(file("child")));
            child.ifPresent(handle -> handle.onExit().join());
        }
    }

    @Test
    void outputOfAnySizeNeitherBlocksNorFloods() {
        String message =
                assertTimeout(
                        SOON,
                        () -> failure(hook("head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 1")));
        assertEquals(
                "error running poststart hook #0 (/bin/sh): exit status 1, stderr: …"
                        + "x".repeat(1024),
                message);
    }

    @Test
    void whatItLeavesInTheBackgroundIsNotWaitedFor() throws IOException {
        assertTimeout(
                SOON,
                () ->
                        runner().runAll(
                                        HookKind.POSTSTART,
                                        List.of(hook("sleep 1000 & echo $! >child"))));
        ProcessHandle left = ProcessHandle.of(Long.parseLong(file("child"))).orElseThrow();
        try {
            assertTrue(left.isAlive());
        } finally {
            left.destroyForcibly();
        }
    }

    @Test
    void itEndsWithTheProcessItIsRunFor() throws IOException {
        Process owner = new ProcessBuilder("sleep", "1000").start();
        try (Pidfd handle = Pidfd.open((int) owner.pid())) {
            HookRunner runner = new HookRunner(STATE, Optional.of(dir), Optional.of(handle));
            Hook hook = hook("kill -9 " + owner.pid() + "; exec sleep 1000");
            HookException problem =
                    assertThrows(
                            HookException.class,
                            () -> runner.runAll(HookKind.PRESTART, List.of(hook)));
            assertEquals(
                    "error running prestart hook #0 (/bin/sh): killed, since the container's init"
                            + " has ended",
                    problem.getMessage());
        } finally {
            owner.destroyForcibly();
        }
    }

    @Test
    void thePidCanComeLater() {
        assertEquals("{\"id\":\"a}\",\"pid\":7}", HookRunner.withPid("{\"id\":\"a}\"}", 7));
    }
}
