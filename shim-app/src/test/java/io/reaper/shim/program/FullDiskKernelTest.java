package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.creation;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static io.reaper.shim.program.Calls.knows;
import static io.reaper.shim.program.Calls.refusal;
import static io.reaper.shim.program.Calls.signal;
import static io.reaper.shim.program.Calls.waiting;
import static io.reaper.shim.program.ShimProgram.assertEmpty;
import static io.reaper.shim.program.ShimProgram.entries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What lives on a file system that is full, or read-only, ends as told and is cleaned up. */
class FullDiskKernelTest extends ShimKernelTest {

    private static final String SLEEP = "exec sleep 1000";

    private final Deque<Path> mounted = new ArrayDeque<>();

    @Override
    @AfterEach
    void closeShim() throws Exception {
        try {
            for (Path mount : mounted) {
                command("mount", "-o", "remount,rw", mount.toString());
                entries(mount).stream()
                        .filter(name -> name.startsWith("fill-"))
                        .forEach(name -> LinuxFiles.unlink(mount.resolve(name)));
            }
            super.closeShim();
        } finally {
            while (!mounted.isEmpty()) {
                command("umount", "-l", mounted.pop().toString());
            }
        }
    }

    private static void command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertEquals(0, process.waitFor(), () -> String.join(" ", words));
    }

    private void mount(Path directory) throws Exception {
        Files.createDirectories(directory);
        command("mount", "-t", "tmpfs", "-o", "size=512k,nr_inodes=64", "tmpfs", directory + "");
        mounted.push(directory);
    }

    private Path smallBundle(String script) throws Exception {
        mount(directory.resolve("bundles").resolve(id));
        return shim.bundle(id, script);
    }

    /** Neither a byte nor a name more. */
    private static void fill(Path directory) throws IOException {
        fillBytes(directory.resolve("fill-0"));
        for (int i = 1; makes(directory.resolve("fill-" + i)); i++) {
            assertTrue(i < 1000, "it has no end");
        }
    }

    private static void fillBytes(Path file) throws IOException {
        byte[] page = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < 1000; i++) {
                out.write(page);
            }
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("No space left"), e.getMessage());
            return;
        }
        throw new AssertionError("it has no end");
    }

    private static boolean makes(Path file) {
        try {
            Files.createFile(file);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void execWorks(Client client) throws Exception {
        String process =
                "{\"cwd\":\"/\",\"args\":[\"/bin/sh\",\"-c\",\"exit"
                        + " 7\"],\"user\":{\"uid\":0,\"gid\":0}}";
        ExecProcessRequest request =
                ExecProcessRequest.newBuilder()
                        .setId(id)
                        .setExecId("e")
                        .setSpec(Any.newBuilder().setValue(ByteString.copyFromUtf8(process)))
                        .build();
        client.call("Exec", request);
        client.call("Start", StartRequest.newBuilder().setId(id).setExecId("e").build());
        ByteString end = client.call("Wait", waiting(id).toBuilder().setExecId("e").build());
        assertEquals(7, WaitResponse.parseFrom(end).getExitStatus());
        client.call("Delete", DeleteRequest.newBuilder().setId(id).setExecId("e").build());
    }

    private void killAndDelete(Client client, Path bundle) throws Exception {
        signal(client, id, 9);
        assertEquals(137, exit(client, id));
        assertEquals(137, delete(client, id).getExitStatus());
        assertFalse(knows(client, id));
        List<String> events = shim.eventsUntil("/tasks/delete");
        assertTrue(events.contains("/tasks/exit 137"), events::toString);
        Result result = shim.delete(id, bundle);
        assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        assertEmpty(directory.resolve("run"));
    }

    @Test
    void aContainerOfAFullBundle() throws Exception {
        Path bundle = smallBundle(SLEEP);
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        fill(bundle);
        execWorks(client);
        killAndDelete(client, bundle);
    }

    @Test
    void aContainerOfABundleThatHasBecomeReadOnly() throws Exception {
        Path bundle = smallBundle(SLEEP);
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        command("mount", "-o", "remount,ro", bundle.toString());
        execWorks(client);
        signal(client, id, 9);
        assertEquals(137, exit(client, id));
        assertEquals(137, delete(client, id).getExitStatus());
    }

    /** The runtime's directory, where most nodes have it beside the bundles. */
    @Test
    void aContainerWhoseStateDirectoryIsFull() throws Exception {
        Path state = directory.resolve("run");
        mount(state);
        Path bundle = shim.bundle(id, SLEEP);
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        fill(state);
        signal(client, id, 9);
        assertEquals(137, exit(client, id));
        assertEquals(137, delete(client, id).getExitStatus());
        assertFalse(entries(state).contains(id), () -> entries(state).toString());
    }

    @Test
    void theStatusOutlivesTheDaemon() throws Exception {
        Path gate = directory.resolve("gate");
        LinuxFiles.mkfifo(gate, 0600);
        Path bundle = smallBundle("read word <" + gate + "; exit 5");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        fill(bundle);
        Files.writeString(gate, "go on\n");
        assertEquals(5, exit(client, id));
        client.killDaemon();
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        assertEquals(5, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        shim.awaitNoState();
    }

    @Test
    void aCreateFailsInOneLineAndLeavesNothing() throws Exception {
        Path bundle = smallBundle(SLEEP);
        Client client = shim.startDaemon(id, bundle);
        fill(bundle);
        List<String> before = new ArrayList<>(entries(bundle));
        String message = refusal(client, "Create", creation(id, bundle)).getMessage();
        assertTrue(message.contains("no space left on device"), message);
        assertTrue(message.contains(bundle.toString()), message);
        assertEquals(1, message.lines().count(), message);
        assertEquals(before, entries(bundle));
        assertEmpty(directory.resolve("run"));
        assertTrue(shim.events.isEmpty(), shim.events::toString);
        for (String name : before) {
            if (name.startsWith("fill-")) {
                LinuxFiles.unlink(bundle.resolve(name));
            }
        }
        createAndStart(client, id, bundle);
        killAndDelete(client, bundle);
    }
}
