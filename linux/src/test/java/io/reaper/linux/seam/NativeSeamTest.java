package io.reaper.linux.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.signal.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The list of {@link SeamChecks} on the image's side: an executable made of that class, and its own
 * source of truth is the same list as {@link SeamTest}'s.
 */
@Tag("kernel")
@Tag("native")
class NativeSeamTest {

    private static final Path PROGRAM =
            Path.of(System.getProperty("reaper.seam.checks", "../target/native/seam-checks"));
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int OUTPUT_LIMIT = 1_000_000;

    @BeforeAll
    static void built() {
        assertTrue(
                Files.isExecutable(PROGRAM),
                () ->
                        PROGRAM.toAbsolutePath().normalize()
                                + " is missing: scripts/build-native.sh --with-tests makes it");
    }

    @Test
    void theSeamInAnExecutable() {
        List<SeamChecks.Check> checks = SeamChecks.all();
        assertEquals(
                String.join("\n", checks.stream().map(SeamChecks.Check::expectedLine).toList()),
                run());
    }

    /** A call that stops collections stops the whole program: then it is ended from here. */
    private static String run() {
        try (Fd output = Fd.memory("output");
                Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR)) {
            SpawnRequest request =
                    SpawnRequest.of(
                            List.of(PROGRAM.toString()),
                            SeamChecks.ENV,
                            List.of(none, output, output));
            try (Pidfd pidfd = Spawner.spawn(request).pidfd()) {
                // deadline: the test's
                boolean ended = pidfd.awaitExit(Deadline.after(PATIENCE));
                if (!ended) {
                    pidfd.signal(Signals.SIGKILL);
                }
                ExitStatus status = pidfd.await();
                output.seek(0);
                String said = new String(output.readAll(OUTPUT_LIMIT), StandardCharsets.UTF_8);
                assertTrue(ended, () -> "hangs after: " + said);
                assertEquals(new ExitStatus(0, 0), status, said);
                return said.strip();
            }
        }
    }

    @Test
    void noForeignCallsAreInAnExecutable() throws Exception {
        String bytes = Files.readString(PROGRAM, StandardCharsets.ISO_8859_1);
        assertTrue(bytes.contains("io.reaper.linux.seam.ImageKernel"));
        assertFalse(bytes.contains("io.reaper.linux.seam.FfmKernel"));
        assertFalse(bytes.contains("java.lang.foreign.Linker"));
    }
}
