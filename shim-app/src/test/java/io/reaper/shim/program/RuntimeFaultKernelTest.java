package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.knows;
import static io.reaper.shim.program.Calls.lives;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.reaper.linux.Deadline;
import io.reaper.linux.LinuxFiles;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Await;
import io.reaper.testing.Root;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code shim delete} where the runtime hangs, is slow, or is not there. */
@Tag("kernel")
@Timeout(300)
class RuntimeFaultKernelTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final String pod = "pod-test-" + Long.toHexString(System.nanoTime());
    private final String first = pod + "-1";
    private final String second = pod + "-2";

    @TempDir private Path directory;
    private ShimProgram shim;

    /** The runtime; a verb for which there is a FIFO of its name and id waits for its writer. */
    private Path gated;

    @BeforeEach
    void open() throws Exception {
        Root.assume();
        shim = new ShimProgram(directory);
        gated = directory.resolve("gated-runtime");
        Files.writeString(
                gated,
                """
                #!/bin/sh
                for verb in create delete; do
                    case "$*" in *" $verb "*)
                        gate=%s/$verb-$(echo "$*" | sed 's/.* //')
                        if [ -p "$gate" ]; then : >"$gate.reached"; read line <"$gate"; fi
                    esac
                done
                exec %s "$@"
                """
                        .formatted(directory, ShimProgram.program("reaper-runtime")));
        Files.setPosixFilePermissions(gated, PosixFilePermissions.fromString("rwx------"));
        shim.environment.put("REAPER_RUNTIME_PATH", gated.toString());
        shim.environment.put("REAPER_SHIM_LOG", directory.resolve("shim.log").toString());
    }

    @AfterEach
    void close() throws Exception {
        if (shim != null) {
            shim.end();
        }
    }

    private Path bundle(String id) {
        return shim.bundle(id, "exec sleep 1000", "io.kubernetes.cri.sandbox-id", pod);
    }

    private Path gate(String verb, String id) {
        Path gate = directory.resolve(verb + "-" + id);
        LinuxFiles.mkfifo(gate, 0600);
        return gate;
    }

    private static void awaitReached(Path gate) {
        Path reached = gate.resolveSibling(gate.getFileName() + ".reached");
        Await.until(LIMIT, () -> Files.exists(reached), () -> "a command at " + gate);
    }

    private List<String> states() throws Exception {
        try (Stream<Path> states = Files.list(directory.resolve("run"))) {
            return states.map(state -> state.getFileName().toString()).toList();
        }
    }

    private List<String> commandsOf(String id) {
        return ProcessHandle.allProcesses()
                .map(process -> ShimProgram.commandLine(process.pid()))
                .filter(line -> line.contains(gated + " ") && line.contains(id))
                .toList();
    }

    /** containerd does so when its Create has taken too long for it. */
    @Test
    void deleteBreaksOffACreationThatHangs() throws Exception {
        Path one = bundle(first);
        Path two = bundle(second);
        Client client = shim.startDaemon(first, one);
        int sibling = createAndStart(client, first, one);
        Path gate = gate("create", second);
        Client own = shim.startDaemon(second, two);
        CompletableFuture<ByteString> create =
                own.send("Create", shim.create(second, two), Deadline.NONE);
        awaitReached(gate);
        Result result = shim.delete(second, two);
        assertEquals(0, result.status(), result.stderr());
        assertThrows(ExecutionException.class, () -> create.get(2, TimeUnit.MINUTES));
        assertFalse(knows(client, second));
        assertEquals(List.of(first), states());
        assertEquals(List.of(), commandsOf(second));
        assertTrue(lives(sibling) && knows(client, first));
        assertEquals(0, shim.delete(first, one).status());
        client.awaitEnd(); // nothing of the other keeps it
        ShimProgram.assertEmpty(shim.sockets);
    }

    /** containerd takes the container for gone, so the daemon does, too. */
    @Test
    void withoutARuntimeDeleteKillsAndForgetsAndSaysWhatIsLeft() throws Exception {
        Path one = bundle(first);
        Client client = shim.startDaemon(first, one);
        int pid = createAndStart(client, first, one);
        client.disconnect();
        Path away = Files.move(gated, directory.resolve("away"));
        Result result = shim.delete(first, one);
        assertEquals(0, result.status(), result.stderr());
        assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        client.awaitEnd();
        assertFalse(lives(pid));
        ShimProgram.assertEmpty(shim.sockets);
        assertEquals(List.of(first), states());
        String log = Files.readString(directory.resolve("shim.log"));
        String left = "what the runtime keeps of it is removed by: ";
        String remedy = log.substring(log.indexOf(left) + left.length()).lines().findFirst().get();
        Files.move(away, gated);
        Process removal = shim.launch(one, new byte[0], List.of("/bin/sh", "-c", "exec " + remedy));
        assertEquals(0, ShimProgram.finish(removal).status(), remedy);
        assertEquals(List.of(), states());
    }

    /**
     * It has containerd's 5 s; the runtime's command has not, and is better late than half done.
     */
    @Test
    void aSlowRuntimeFinishesWhatDeleteHasBegun() throws Exception {
        Path one = bundle(first);
        Client dead = shim.startDaemon(first, one);
        int pid = createAndStart(dead, first, one);
        ProcessHandle.of(dead.pid).orElseThrow().destroyForcibly();
        dead.awaitEnd();
        Path gate = gate("delete", first);
        Result result = shim.delete(first, one);
        assertEquals(0, result.status(), result.stderr());
        assertFalse(lives(pid));
        assertEquals(List.of(first), states());
        awaitReached(gate);
        Files.writeString(gate, "go on\n");
        Await.until(LIMIT, () -> unchecked().isEmpty(), () -> "the runtime's end of it");
    }

    private List<String> unchecked() {
        try {
            return states();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
