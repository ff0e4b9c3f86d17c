package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A start that is killed has let the program through, or can be repeated. */
@Tag("kernel")
class StartKilledKernelTest {

    /** The JVM mode is slow, and most of its time is not start's own. */
    private static final int ATTEMPTS = RuntimeExtension.isExecutable() ? 40 : 8;

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private Path out() {
        return runtime.work().resolve("ran");
    }

    private TestBundle bundle() {
        return runtime.script("echo ran >>" + out() + "; exec sleep 1000");
    }

    /** Init is let through by the first start, and waits in the hook: a moment that lasts. */
    @Test
    void whileInitRunsAHook() throws Exception {
        Path gate = runtime.work().resolve("gate");
        LinuxFiles.mkfifo(gate, 0600);
        Path begun = runtime.work().resolve("begun");
        TestBundle bundle = bundle();
        ObjectNode hook =
                bundle.config().withObject("/hooks").withArray("startContainer").addObject();
        hook.put("path", "/bin/sh");
        hook.putArray("args").add("sh").add("-c").add("echo >" + begun + "; read x <" + gate);
        hook.putArray("env").add("PATH=/usr/bin:/bin");
        runtime.ok("create", "-b", bundle.write().toString(), runtime.id());
        try (RandomAccessFile held = new RandomAccessFile(gate.toFile(), "rw")) {
            Process first = runtime.start(List.of(), "start", runtime.id());
            awaitLine(begun);
            first.destroyForcibly().waitFor();
            assertEquals("created", runtime.status(runtime.id()));
            Process second = runtime.start(List.of(), "start", runtime.id());
            Process third = runtime.start(List.of(), "start", runtime.id());
            await("one waits for init's hold", () -> waits(second) || waits(third));
            held.writeBytes("go\n");
            int failed = second.waitFor() + third.waitFor();
            assertEquals(1, failed, "one of two");
        }
        assertEquals("ran\n", awaitLine(out()));
        assertEquals("running", runtime.status(runtime.id()));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id() + "/exec.fifo")));
    }

    /** By {@code /proc/locks}: for a shared lock, which only init's hold keeps it from. */
    private static boolean waits(Process start) {
        return text(Path.of("/proc/locks"))
                .lines()
                .anyMatch(
                        lock ->
                                lock.contains("-> FLOCK")
                                        && lock.contains(" READ ")
                                        && lock.contains(" " + start.pid() + " "));
    }

    /** Each attempt is killed a little later than the one before, until one succeeds by itself. */
    @Test
    void atAnyMoment() throws Exception {
        Duration step = Duration.ofNanos(startTime().toNanos() / ATTEMPTS);
        for (int attempt = 0; attempt <= ATTEMPTS; attempt++) {
            Files.deleteIfExists(out());
            runtime.ok("create", "-b", bundle().toString(), runtime.id());
            Process start = runtime.start(List.of(), "start", runtime.id());
            spin(step.multipliedBy(attempt));
            start.destroyForcibly().waitFor();
            Result again = runtime.run("start", runtime.id());
            String already = "cannot start an already running container: " + runtime.id() + "\n";
            assertTrue(
                    again.status() == 0 || again.err().equals(already),
                    "attempt " + attempt + ": " + again);
            assertEquals("ran\n", awaitLine(out()));
            assertEquals("running", runtime.status(runtime.id()));
            runtime.ok("kill", runtime.id(), "KILL");
            runtime.ok("delete", runtime.id());
        }
    }

    private Duration startTime() {
        runtime.ok("create", "-b", bundle().toString(), runtime.id());
        long begun = System.nanoTime();
        runtime.ok("start", runtime.id());
        Duration duration = Duration.ofNanos(System.nanoTime() - begun);
        runtime.ok("delete", "--force", runtime.id());
        return duration;
    }

    private static void spin(Duration duration) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < duration.toNanos()) {
            Thread.onSpinWait();
        }
    }

    /** Between the two halves of what start writes down. */
    @Test
    void beforeItIsWrittenDown() throws IOException {
        runtime.ok("create", "-b", bundle().toString(), runtime.id());
        Path state = runtime.root().resolve(runtime.id() + "/state.json");
        String created = text(state);
        runtime.ok("start", runtime.id());
        Files.writeString(state, created);
        assertEquals("running", runtime.status(runtime.id()));
        LinuxFiles.mkfifo(runtime.root().resolve(runtime.id() + "/exec.fifo"), 0622);
        assertEquals(
                "cannot start an already running container: " + runtime.id(),
                runtime.refused("start", runtime.id()));
        runtime.ok("kill", runtime.id(), "TERM");
        await("stopped", () -> runtime.status(runtime.id()).equals("stopped"));
    }

    /** Made by a version whose init had no hold: as state.json says, and started by the FIFO. */
    @Test
    void containersOfAnEarlierVersionAreStarted() throws IOException {
        runtime.ok("create", "-b", bundle().toString(), runtime.id());
        Path state = runtime.root().resolve(runtime.id() + "/state.json");
        ObjectNode document = (ObjectNode) RuntimeExtension.json(text(state));
        document.remove("initHolds");
        Files.writeString(state, document.toString());
        Files.delete(runtime.root().resolve(runtime.id() + "/config.json"));
        assertEquals("created", runtime.status(runtime.id()));
        runtime.ok("start", runtime.id());
        assertEquals("ran\n", awaitLine(out()));
        assertEquals("running", runtime.status(runtime.id()));
    }
}
