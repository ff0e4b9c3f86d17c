package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.creation;
import static io.reaper.shim.program.Calls.knows;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static io.reaper.shim.program.ShimProgram.assertEmpty;
import static io.reaper.shim.program.ShimProgram.entries;
import static io.reaper.shim.program.ShimProgram.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Await;
import io.reaper.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code shim delete} where the runtime hangs, is slow, or is not there. */
class RuntimeFaultKernelTest extends ShimKernelTest {

    private final String first = id + "-1";
    private final String second = id + "-2";

    /** The runtime; a verb for which there is a FIFO of its name and id waits for its writer. */
    private Path gated;

    @BeforeEach
    void configure() throws Exception {
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
                        .formatted(directory, Programs.runtime()));
        Files.setPosixFilePermissions(gated, PosixFilePermissions.fromString("rwx------"));
        shim.environment.put("REAPER_RUNTIME_PATH", gated.toString());
        shim.environment.put("REAPER_SHIM_LOG", directory.resolve("shim.log").toString());
    }

    private Path bundle(String container) {
        return shim.bundle(container, "exec sleep 1000", "io.kubernetes.cri.sandbox-id", id);
    }

    private Path gate(String verb, String container) {
        Path gate = directory.resolve(verb + "-" + container);
        LinuxFiles.mkfifo(gate, 0600);
        return gate;
    }

    private static void awaitReached(Path gate) {
        Path reached = gate.resolveSibling(gate.getFileName() + ".reached");
        Await.until(LIMIT, () -> Files.exists(reached), () -> "a command at " + gate);
    }

    private List<String> states() {
        return entries(directory.resolve("run"));
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
                own.send("Create", creation(second, two), Deadline.NONE);
        awaitReached(gate);
        Result result = shim.delete(second, two);
        assertEquals(0, result.status(), result.stderr());
        assertThrows(
                ExecutionException.class, () -> create.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        assertFalse(knows(client, second));
        assertEquals(List.of(first), states());
        Await.until(LIMIT, () -> running(second).isEmpty(), () -> "no command: " + running(second));
        assertTrue(lives(sibling) && knows(client, first));
        assertEquals(0, shim.delete(first, one).status());
        client.awaitEnd(); // nothing of the other keeps it
        assertEmpty(shim.sockets);
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
        assertEmpty(shim.sockets);
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
        dead.killDaemon();
        Path gate = gate("delete", first);
        Result result = shim.delete(first, one);
        assertEquals(0, result.status(), result.stderr());
        Await.until(LIMIT, () -> !lives(pid), () -> "init's end, by the shim itself");
        assertEquals(List.of(first), states());
        awaitReached(gate);
        Files.writeString(gate, "go on\n");
        shim.awaitNoState();
    }
}
