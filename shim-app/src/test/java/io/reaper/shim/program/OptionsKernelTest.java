package io.reaper.shim.program;

import static io.reaper.linux.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.OpenFlags.O_RDWR;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.linux.Fd;
import io.reaper.linux.LinuxFiles;
import io.reaper.linux.ProcessInfo;
import io.reaper.proto.bootstrap.BootstrapParams;
import io.reaper.proto.bootstrap.Extension;
import io.reaper.proto.runtimeoptions.Options;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.shim.ttrpc.Code;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import io.reaper.testing.Root;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A handler's options, by the installed shim: each container has the runtime that they name. */
@Tag("kernel")
@Timeout(300)
class OptionsKernelTest {

    private final String id = "options-test-" + Long.toHexString(System.nanoTime());

    @TempDir private Path directory;
    private ShimProgram shim;

    /** Where the runtime of the options notes what it was asked, and with which settings. */
    private Path calls;

    @BeforeEach
    void open() throws Exception {
        Root.assume();
        shim = new ShimProgram(directory);
        shim.environment.put("REAPER_HOST_HOOKS", "refuse");
        calls = directory.resolve("calls");
        Path recording =
                Files.writeString(
                        directory.resolve("recording-runtime"),
                        """
                        #!/bin/sh
                        echo "$REAPER_HOST_HOOKS $*" >>%s
                        exec %s "$@"
                        """
                                .formatted(calls, ShimProgram.program("reaper-runtime")));
        Files.setPosixFilePermissions(recording, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void close() throws Exception {
        if (shim != null) {
            shim.end();
        }
    }

    private static Any any(Options options) {
        return Any.newBuilder()
                .setTypeUrl("runtimeoptions.v1.Options")
                .setValue(options.toByteString())
                .build();
    }

    private static Any body(String toml) {
        return any(Options.newBuilder().setConfigBody(ByteString.copyFromUtf8(toml)).build());
    }

    private Path otherRoot() {
        return directory.resolve("other");
    }

    private CreateTaskRequest create(String container, Path bundle, Any options) {
        return shim.create(container, bundle).toBuilder().setOptions(options).build();
    }

    private static int create(Client client, CreateTaskRequest request) throws Exception {
        return CreateTaskResponse.parseFrom(client.call("Create", request)).getPid();
    }

    private static void start(Client client, String container) throws Exception {
        client.call("Start", StartRequest.newBuilder().setId(container).build());
    }

    private static int end(Client client, String container) throws Exception {
        WaitResponse ended =
                WaitResponse.parseFrom(
                        client.call("Wait", WaitRequest.newBuilder().setId(container).build()));
        client.call("Delete", DeleteRequest.newBuilder().setId(container).build());
        return ended.getExitStatus();
    }

    private List<String> calls() throws Exception {
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private void assertAllCallsAreByTheOptions() throws Exception {
        for (String call : calls()) {
            assertTrue(call.startsWith("run --root " + otherRoot() + " "), call);
        }
    }

    private static List<Path> entries(Path path) {
        if (Files.notExists(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void containersOfOneDaemonHaveRuntimesOfTheirOwn() throws Exception {
        Any options =
                body(
                        """
                        REAPER_HOST_HOOKS = 'run'
                        REAPER_RUNTIME_PATH = '%s/recording-runtime'
                        REAPER_RUNTIME_ROOT = '%s'
                        SystemdCgroup = true
                        """
                                .formatted(directory, otherRoot()));
        Path bundle = shim.bundle(id, "exit 7");
        Client client = shim.startDaemon(id, bundle);
        create(client, create(id, bundle, options));
        assertEquals(List.of(otherRoot().resolve(id)), entries(otherRoot()));
        String plain = id + "-plain";
        Path plainBundle = shim.bundle(plain, "exit 8");
        create(client, create(plain, plainBundle, Any.getDefaultInstance()));
        assertEquals(
                List.of(directory.resolve("run").resolve(plain)),
                entries(directory.resolve("run")));
        start(client, id);
        start(client, plain);
        assertEquals(7, end(client, id));
        assertEquals(8, end(client, plain));
        assertTrue(calls().stream().anyMatch(call -> call.contains(" create ")));
        assertTrue(calls().stream().anyMatch(call -> call.endsWith(" delete " + id)));
        assertAllCallsAreByTheOptions();
        assertFalse(calls().stream().anyMatch(call -> call.contains(plain)), "asked of the other");
        assertEquals(List.of(), entries(otherRoot()));
        client.call("Shutdown", ShutdownRequest.newBuilder().setId(id).build());
        client.awaitEnd();
    }

    @Test
    void afterTheDaemonsDeathDeleteHasThemToo() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("handler.conf"),
                        """
                        REAPER_HOST_HOOKS=run
                        REAPER_RUNTIME_PATH="%s/recording-runtime" # the one that notes
                        REAPER_RUNTIME_ROOT=%s
                        """
                                .formatted(directory, otherRoot()));
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        Any options = any(Options.newBuilder().setConfigPath(file.toString()).build());
        int pid = create(client, create(id, bundle, options));
        start(client, id);
        Files.writeString(file, "REAPER_RUNTIME_PATH=/of/later/containers\n");
        ProcessHandle.of(client.pid).orElseThrow().destroyForcibly();
        client.awaitEnd();
        int before = calls().size();
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        Await.until(
                Duration.ofMinutes(2),
                () -> entries(otherRoot()).isEmpty(),
                () -> "the runtime's part, which may outlast delete's");
        List<String> asked = calls().subList(before, calls().size());
        assertTrue(asked.stream().anyMatch(call -> call.endsWith(" delete --force " + id)));
        assertAllCallsAreByTheOptions();
        assertTrue(ProcessInfo.of(pid).filter(process -> !process.isZombie()).isEmpty());
    }

    /** Not to the first one's, where nobody would look for it. */
    @Test
    void whatIsPassedOverIsToldInTheBundleOfTheContainer() throws Exception {
        String group = "io.containerd.runc.v2.group";
        String other = id + "-other";
        Path bundle = shim.bundle(id, "exec sleep 1000", group, id);
        Path otherBundle = shim.bundle(other, "exit 0", group, id);
        LinuxFiles.mkfifo(otherBundle.resolve("log"), 0700);
        Client client = shim.startDaemon(id, bundle);
        create(client, create(id, bundle, Any.getDefaultInstance()));
        Client own = shim.startDaemon(other, otherBundle);
        assertEquals(client.pid, own.pid);
        try (Fd fifo = Fd.open(otherBundle.resolve("log"), O_RDWR | O_NONBLOCK)) {
            create(own, create(other, otherBundle, body("SystemdCgroup = true\n")));
            byte[] said = new byte[4096];
            String line = new String(said, 0, fifo.read(said, 0, said.length), UTF_8);
            assertTrue(line.contains(" WARN test/" + other + " runtime options: passed"), line);
        }
    }

    @Test
    void wrongOptionsFailCreateAndLeaveNothing() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Any wrong = body("REAPER_ISOLATION = 'oci'\n");
        Result started = shim.run(bundle, bootstrap(wrong), shim.start(id));
        assertEquals(0, started.status(), started.stderr());
        Client client = shim.connect(started.text());
        Path file = Files.writeString(directory.resolve("handler.conf"), "REAPER_Y=1\n");
        Any unknown = any(Options.newBuilder().setConfigPath(file.toString()).build());
        assertRefused(client, create(id, bundle, wrong), "REAPER_ISOLATION=oci: unknown value");
        assertRefused(
                client, create(id, bundle, unknown), file + " line 1: unknown key \"REAPER_Y\"");
        assertFalse(Files.exists(bundle.resolve("shim.json")));
        assertEquals(List.of(), entries(directory.resolve("run")));
        client.call("Shutdown", ShutdownRequest.newBuilder().setId(id).build());
        client.awaitEnd();
        assertEquals(List.of(), entries(shim.sockets));
        assertTrue(shim.events.isEmpty());
    }

    private static void assertRefused(Client client, CreateTaskRequest request, String reason) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> client.call("Create", request));
        TtrpcException refusal = (TtrpcException) failure.getCause();
        assertEquals(Code.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    private byte[] bootstrap(Any options) throws Exception {
        return BootstrapParams.parseFrom(shim.bootstrap(id)).toBuilder()
                .addExtensions(Extension.newBuilder().setValue(options))
                .build()
                .toByteArray();
    }

    /** Those of its own come with start; the runtime's are none of its environment. */
    @Test
    void theDaemonsLogIsTheFirstContainersChoice() throws Exception {
        shim.environment.put("REAPER_SHIM_LOG", directory.resolve("node.log").toString());
        Path log = directory.resolve("handler.log");
        Path bundle = shim.bundle(id, "exit 0");
        Any options =
                body("REAPER_SHIM_LOG = '" + log + "'\nREAPER_SHIM_TRIM = 'off'\nRoot = '/x'\n");
        Result started = shim.run(bundle, bootstrap(options), shim.start(id));
        assertEquals(0, started.status(), started.stderr());
        Client client = shim.connect(started.text());
        create(client, create(id, bundle, options));
        start(client, id);
        assertEquals(0, end(client, id));
        client.call("Shutdown", ShutdownRequest.newBuilder().setId(id).build());
        client.awaitEnd();
        String text = Files.readString(log);
        assertTrue(text.contains("serving on unix://"), text);
        assertTrue(text.contains("passed over, they are for other runtimes: Root\n"), text);
        assertFalse(
                Files.readString(directory.resolve("node.log")).contains("serving on"),
                "start's own log alone");
        shim.delete(id, bundle);
        assertTrue(Files.readString(log).contains("delete: init"), "delete's is the container's");
    }
}
