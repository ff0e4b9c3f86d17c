package io.reaper.shim.program;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDWR;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.refusal;
import static io.reaper.shim.program.Calls.shutdown;
import static io.reaper.shim.program.Calls.start;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static io.reaper.shim.program.ShimProgram.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.proto.bootstrap.BootstrapParams;
import io.reaper.proto.bootstrap.Extension;
import io.reaper.proto.runtimeoptions.Options;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import io.reaper.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A handler's options, by the installed shim: each container has the runtime that they name. */
class OptionsKernelTest extends ShimKernelTest {

    /** Where the runtime of the options notes what it was asked, and with which settings. */
    private Path calls;

    @BeforeEach
    void configure() throws Exception {
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
                                .formatted(calls, Programs.runtime()));
        Files.setPosixFilePermissions(recording, PosixFilePermissions.fromString("rwx------"));
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

    private static CreateTaskRequest creation(String container, Path bundle, Any options) {
        return Calls.creation(container, bundle).toBuilder().setOptions(options).build();
    }

    private static int finish(Client client, String container) throws Exception {
        int status = exit(client, container);
        delete(client, container);
        return status;
    }

    private List<String> calls() throws Exception {
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private void assertAllCallsAreByTheOptions() throws Exception {
        for (String call : calls()) {
            assertTrue(call.startsWith("run --root " + otherRoot() + " "), call);
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
        newContainer(client, creation(id, bundle, options));
        assertEquals(List.of(id), entries(otherRoot()));
        String plain = id + "-plain";
        Path plainBundle = shim.bundle(plain, "exit 8");
        newContainer(client, creation(plain, plainBundle, Any.getDefaultInstance()));
        assertEquals(List.of(plain), entries(directory.resolve("run")));
        start(client, id);
        start(client, plain);
        assertEquals(7, finish(client, id));
        assertEquals(8, finish(client, plain));
        assertTrue(calls().stream().anyMatch(call -> call.contains(" create ")));
        assertTrue(calls().stream().anyMatch(call -> call.endsWith(" delete " + id)));
        assertAllCallsAreByTheOptions();
        assertFalse(calls().stream().anyMatch(call -> call.contains(plain)), "asked of the other");
        assertEquals(List.of(), entries(otherRoot()));
        shutdown(client, id);
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
        int pid = newContainer(client, creation(id, bundle, options));
        start(client, id);
        Files.writeString(file, "REAPER_RUNTIME_PATH=/of/later/containers\n");
        client.killDaemon();
        int before = calls().size();
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        Await.until(
                LIMIT,
                () -> entries(otherRoot()).isEmpty(),
                () -> "the runtime's part, which may outlast delete's");
        List<String> asked = calls().subList(before, calls().size());
        assertTrue(asked.stream().anyMatch(call -> call.endsWith(" delete --force " + id)));
        assertAllCallsAreByTheOptions();
        assertFalse(lives(pid));
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
        newContainer(client, creation(id, bundle, Any.getDefaultInstance()));
        Client own = shim.startDaemon(other, otherBundle);
        assertEquals(client.pid, own.pid);
        try (Fd fifo = Fd.open(otherBundle.resolve("log"), O_RDWR | O_NONBLOCK)) {
            newContainer(own, creation(other, otherBundle, body("SystemdCgroup = true\n")));
            byte[] said = new byte[4096];
            String line = new String(said, 0, fifo.read(said, 0, said.length), UTF_8);
            assertTrue(line.contains(" WARN test/" + other + " runtime options: passed"), line);
        }
    }

    @Test
    void wrongOptionsFailCreateAndLeaveNothing() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Any wrong = body("REAPER_ISOLATION = 'vm'\n");
        Result started = shim.run(bundle, bootstrap(wrong), shim.start(id));
        assertEquals(0, started.status(), started.stderr());
        Client client = shim.connect(started.text());
        Path file = Files.writeString(directory.resolve("handler.conf"), "REAPER_Y=1\n");
        Any unknown = any(Options.newBuilder().setConfigPath(file.toString()).build());
        assertRefused(client, creation(id, bundle, wrong), "REAPER_ISOLATION=vm: unknown value");
        assertRefused(
                client, creation(id, bundle, unknown), file + " line 1: unknown key \"REAPER_Y\"");
        assertFalse(Files.exists(bundle.resolve("shim.json")));
        assertEquals(List.of(), entries(directory.resolve("run")));
        shutdown(client, id);
        client.awaitEnd();
        assertEquals(List.of(), entries(shim.sockets));
        assertTrue(shim.events.isEmpty());
    }

    private static void assertRefused(Client client, CreateTaskRequest request, String reason) {
        TtrpcException refusal = refusal(client, "Create", request);
        assertEquals(Code.INVALID_ARGUMENT, refusal.status());
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
        newContainer(client, creation(id, bundle, options));
        start(client, id);
        assertEquals(0, finish(client, id));
        shutdown(client, id);
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
