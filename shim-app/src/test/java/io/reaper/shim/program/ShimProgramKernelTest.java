package io.reaper.shim.program;

import static io.reaper.shim.program.ShimProgram.assertEmpty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import io.reaper.linux.Deadline;
import io.reaper.linux.Fd;
import io.reaper.linux.LinuxException;
import io.reaper.linux.LinuxFiles;
import io.reaper.linux.OpenFlags;
import io.reaper.linux.ProcessInfo;
import io.reaper.linux.Signals;
import io.reaper.linux.Syscalls;
import io.reaper.linux.UnixSockets;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.proto.types.RuntimeInfo;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.shim.ttrpc.Code;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import io.reaper.testing.Root;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The installed programs, without containerd: what it depends on, word for word. */
@Tag("kernel")
@Timeout(300)
class ShimProgramKernelTest {

    /** The tracking cgroup is named by the id alone: other runs of this test have others. */
    private final String id = "shim-test-" + Long.toHexString(System.nanoTime());

    @TempDir private Path directory;
    private ShimProgram shim;

    @BeforeEach
    void open() throws Exception {
        Root.assume();
        shim = new ShimProgram(directory);
    }

    @AfterEach
    void close() throws Exception {
        if (shim != null) {
            shim.end();
        }
    }

    private static StartRequest start(String id) {
        return StartRequest.newBuilder().setId(id).build();
    }

    private static WaitRequest waitFor(String id) {
        return WaitRequest.newBuilder().setId(id).build();
    }

    private static DeleteRequest delete(String id) {
        return DeleteRequest.newBuilder().setId(id).build();
    }

    private static ShutdownRequest shutdown(String id) {
        return ShutdownRequest.newBuilder().setId(id).build();
    }

    private int createAndStart(Client client, String id, Path bundle) throws Exception {
        int pid =
                CreateTaskResponse.parseFrom(client.call("Create", shim.create(id, bundle)))
                        .getPid();
        client.call("Start", start(id));
        return pid;
    }

    @Test
    void aWholeLife() throws Exception {
        Path bundle = shim.bundle(id, "exit 7");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        WaitResponse ended = WaitResponse.parseFrom(client.call("Wait", waitFor(id)));
        assertEquals(7, ended.getExitStatus());
        DeleteResponse deleted = DeleteResponse.parseFrom(client.call("Delete", delete(id)));
        assertEquals(ended.getExitedAt(), deleted.getExitedAt());
        client.call("Shutdown", shutdown(id));
        client.awaitEnd();
        assertEquals("/tasks/create", shim.nextEvent());
        assertEquals("/tasks/start", shim.nextEvent());
        assertEquals("/tasks/exit 7", shim.nextEvent());
        assertEquals("/tasks/delete", shim.nextEvent());
        assertTrue(shim.events.isEmpty());
        assertEmpty(shim.sockets);
        assertEmpty(directory.resolve("run"));
        Result after = shim.delete(id, bundle);
        assertEquals(7, DeleteResponse.parseFrom(after.stdout()).getExitStatus());
        assertEquals("", after.stderr());
    }

    @Test
    void startPrintsTheAddressWhateverStdinHolds() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Client first = shim.startDaemon(id, bundle);
        assertTrue(first.address.matches("unix://" + shim.sockets + "/[0-9a-f]{64}"));
        assertEquals(first.address, Files.readString(bundle.resolve("address")));
        assertEquals("rwx------", permissions(shim.sockets));
        assertEquals("rw-------", permissions(first.socket()));
        Result again = shim.run(bundle, shim.bootstrap(id), shim.start(id));
        assertEquals(first.address, again.text(), "the daemon is found again");
        assertEquals("", again.stderr());
        Any options = Any.newBuilder().setTypeUrl("runtimeoptions.v1.Options").build();
        for (byte[] stdin : List.of(new byte[0], options.toByteArray(), new byte[] {1, 2, 3})) {
            Result other = shim.run(bundle, stdin, shim.start(id));
            assertEquals(0, other.status(), other.stderr());
            assertTrue(other.text().matches("unix:///run/containerd/s/[0-9a-f]{64}"), other.text());
            assertEquals("", other.stderr());
            Client elsewhere = shim.connect(other.text());
            elsewhere.call("Shutdown", shutdown(id));
            elsewhere.awaitEnd();
        }
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void twoStartsAtOnceShareADaemon() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        List<Process> starts =
                List.of(
                        shim.launch(bundle, shim.bootstrap(id), shim.start(id)),
                        shim.launch(bundle, shim.bootstrap(id), shim.start(id)),
                        shim.launch(bundle, shim.bootstrap(id), shim.start(id)));
        String address = "";
        for (Process each : starts) {
            Result result = ShimProgram.finish(each);
            assertEquals(0, result.status(), result.stderr());
            assertTrue(address.isEmpty() || address.equals(result.text()));
            address = result.text();
        }
        Client client = shim.connect(address);
        String marker = "-socket " + client.socket();
        long serving =
                ProcessHandle.allProcesses()
                        .filter(p -> ShimProgram.commandLine(p.pid()).contains(marker))
                        .count();
        assertEquals(1, serving);
    }

    /** Over the daemon's whole life nobody writes to descriptors 1 and 2 but start, once. */
    @Test
    void startWritesOneLine() throws Exception {
        Path bundle = shim.bundle(id, "echo lost");
        Path trace = directory.resolve("trace");
        String program = ShimProgram.program("containerd-shim-reaper-v2");
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        "strace",
                                        "-f",
                                        "-qq",
                                        "-e",
                                        "trace=write,writev,pwrite64",
                                        "-e",
                                        "signal=none",
                                        "-o",
                                        trace.toString(),
                                        program),
                                Stream.of(shim.start(id)))
                        .toList();
        Process traced = shim.launch(bundle, shim.bootstrap(id), command);
        byte[] first = new byte[4096];
        int length =
                traced.getInputStream().read(first); // strace holds the pipe: no end to wait for
        String address = new String(first, 0, length, StandardCharsets.UTF_8);
        Client client = shim.connect(address);
        client.call("Shutdown", shutdown(id));
        client.awaitEnd();
        Result rest = ShimProgram.finish(traced);
        assertEquals("", rest.text());
        assertEquals("", rest.stderr());
        List<String> writes =
                Files.readAllLines(trace).stream()
                        .filter(line -> line.matches("\\d+ +p?writev?(64)?\\([12],.*"))
                        .toList();
        assertEquals(1, writes.size(), writes.toString());
        assertTrue(writes.getFirst().contains("(1, \"unix://"), writes.toString());
    }

    @Test
    void aFailingStartSaysOneLine() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        shim.environment.put("TTRPC_ADDRESS", "not/a/socket");
        Result result = shim.run(bundle, shim.bootstrap(id), shim.start(id));
        assertNotEquals(0, result.status());
        assertEquals("", result.text());
        assertEquals(1, result.stderr().lines().count(), result.stderr());
        assertTrue(result.stderr().contains("the daemon did not start: "), result.stderr());
        assertEmpty(shim.sockets);
    }

    /** containerd kills a start that takes too long, and drops what it has printed. */
    @Test
    void aStartThatIsKilledBeforeItHasPrintedLeavesNoDaemon() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Path stdout = directory.resolve("stdout");
        LinuxFiles.mkfifo(stdout, 0600);
        try (Fd full = Fd.open(stdout, OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK)) {
            assertThrows(LinuxException.class, () -> full.write(new byte[2 << 20]));
            Process start =
                    shim.launch(
                            bundle,
                            shim.bootstrap(id),
                            List.of(
                                    "/bin/sh",
                                    "-c",
                                    "exec \"$@\" >../../stdout",
                                    "sh",
                                    ShimProgram.program("containerd-shim-reaper-v2"),
                                    "-namespace",
                                    ShimProgram.NAMESPACE,
                                    "-id",
                                    id,
                                    "start"));
            Path address = bundle.resolve("address");
            until("it serves", () -> Files.exists(address) && served(address));
            assertTrue(start.isAlive(), "it waits for somebody to read the address");
            start.destroyForcibly().waitFor();
            until("the daemon has gone", () -> isEmpty(shim.sockets));
        }
    }

    private static boolean served(Path address) throws IOException {
        return UnixSockets.accepts(
                Path.of(Files.readString(address).substring("unix://".length())));
    }

    private static boolean isEmpty(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        for (long end = System.nanoTime() + Duration.ofSeconds(60).toNanos(); !condition.call(); ) {
            assertTrue(System.nanoTime() < end, "after a minute still not: " + what);
            Thread.sleep(20);
        }
    }

    @Test
    void aNewDaemonReplacesAStaleSocket() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Client first = shim.startDaemon(id, bundle);
        ProcessHandle.of(first.pid).orElseThrow().destroyForcibly();
        first.awaitEnd();
        assertTrue(Files.exists(first.socket()));
        Client second = shim.startDaemon(id, bundle);
        assertEquals(first.address, second.address);
        assertNotEquals(first.pid, second.pid);
    }

    @Test
    void afterTheDaemonsDeathDeleteEndsTheContainer() throws Exception {
        Path bundle = shim.bundle(id, "setsid sleep 1000 & exec sleep 1001");
        Client client = shim.startDaemon(id, bundle);
        int pid = createAndStart(client, id, bundle);
        ProcessHandle.of(client.pid).orElseThrow().destroyForcibly();
        client.awaitEnd();
        assertTrue(ProcessInfo.of(pid).isPresent(), "the container outlives its shim");
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        assertEquals("", result.stderr());
        DeleteResponse response = DeleteResponse.parseFrom(result.stdout());
        assertEquals(pid, response.getPid());
        assertEquals(137, response.getExitStatus());
        assertTrue(response.getExitedAt().getSeconds() > 0);
        assertTrue(ProcessInfo.of(pid).filter(p -> !p.isZombie()).isEmpty());
        assertEmpty(shim.sockets);
        assertEmpty(directory.resolve("run"));
        Result again = shim.delete(id, bundle);
        assertEquals(0, again.status(), again.stderr());
        assertEquals(137, DeleteResponse.parseFrom(again.stdout()).getExitStatus());
    }

    @Test
    void afterTheDaemonsDeathDeleteKnowsTheExit() throws Exception {
        Path bundle = shim.bundle(id, "exit 42");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        WaitResponse ended = WaitResponse.parseFrom(client.call("Wait", waitFor(id)));
        ProcessHandle.of(client.pid).orElseThrow().destroyForcibly();
        client.awaitEnd();
        DeleteResponse response = DeleteResponse.parseFrom(shim.delete(id, bundle).stdout());
        assertEquals(42, response.getExitStatus());
        assertEquals(ended.getExitedAt(), response.getExitedAt());
        assertEmpty(directory.resolve("run"));
    }

    /** containerd runs delete after a refused Create too. */
    @Test
    void deleteLeavesAnotherBundlesContainerAlone() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int pid = createAndStart(client, id, bundle);
        Path other = Files.createDirectories(directory.resolve("other/" + id));
        Result result = shim.delete(id, other);
        assertEquals(0, result.status(), result.stderr());
        assertEquals(0, DeleteResponse.parseFrom(result.stdout()).getPid());
        assertTrue(ProcessInfo.of(pid).filter(p -> !p.isZombie()).isPresent());
        assertTrue(client.lives() && Files.exists(client.socket()));
    }

    @Test
    void sigtermEndsTheDaemonAndItsSocketAndSigusr1DoesNot() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int pid = createAndStart(client, id, bundle);
        Syscalls.get().kill(Math.toIntExact(client.pid), Signals.SIGUSR1);
        client.call("Connect", ConnectRequest.newBuilder().setId(id).build());
        assertTrue(client.lives());
        ProcessHandle.of(client.pid).orElseThrow().destroy();
        client.awaitEnd();
        assertFalse(client.lives());
        assertEmpty(shim.sockets);
        assertTrue(ProcessInfo.of(pid).isPresent(), "containers live on");
    }

    @Test
    void shutdownWaitsForTheLastContainer() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        client.call("Shutdown", shutdown(id));
        client.call("Connect", ConnectRequest.newBuilder().setId(id).build());
        client.call("Kill", KillRequest.newBuilder().setId(id).setSignal(9).build());
        client.call("Wait", waitFor(id));
        client.call("Delete", delete(id));
        client.call("Shutdown", shutdown(id));
        client.awaitEnd();
    }

    private static TtrpcException refusal(ExecutionException failure) {
        return (TtrpcException) failure.getCause();
    }

    @Test
    void aMissingRuntimeIsNamed() throws Exception {
        shim.environment.put("REAPER_RUNTIME_PATH", "/no/such/runtime");
        Path bundle = shim.bundle(id, "exit 0");
        Client client = shim.startDaemon(id, bundle);
        TtrpcException failure =
                refusal(
                        assertThrows(
                                ExecutionException.class,
                                () -> client.call("Create", shim.create(id, bundle))));
        String message = failure.getMessage();
        assertTrue(message.contains("/no/such/runtime"), message);
        assertTrue(message.contains("REAPER_RUNTIME_PATH"), message);
        assertTrue(client.lives());
        assertEquals(0, shim.delete(id, bundle).status());
    }

    @Test
    void whatTheRuntimeSaysIsTheError() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Files.writeString(bundle.resolve("config.json"), "{\"ociVersion\": broken");
        Client client = shim.startDaemon(id, bundle);
        TtrpcException failure =
                refusal(
                        assertThrows(
                                ExecutionException.class,
                                () -> client.call("Create", shim.create(id, bundle))));
        assertTrue(
                failure.getMessage().startsWith("OCI runtime create failed: "),
                failure.getMessage());
        assertTrue(failure.getMessage().contains("config.json"), failure.getMessage());
        assertEmpty(directory.resolve("run"));
    }

    /** Wherever in the command the time is up: nothing is left, and the id can be used at once. */
    @Test
    void aCreateOutOfTimeLeavesNothing() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int late = 0;
        for (int millis : new int[] {1, 100, 200, 300, 400, 500, 600, 800, 1000}) {
            late += createWithin(client, bundle, millis) ? 0 : 1;
            awaitNothing(client); // a Create may be late to begin, and Wait overtakes it
        }
        assertTrue(late > 0);
        createAndStart(client, id, bundle);
        killAndDelete(client);
    }

    private void awaitNothing(Client client) {
        List<Object> left = new ArrayList<>();
        Await.until(
                Duration.ofMinutes(1),
                () -> {
                    left.clear();
                    left.addAll(ProcessHandle.of(client.pid).orElseThrow().children().toList());
                    try (Stream<Path> entries = Files.list(directory.resolve("run"))) {
                        entries.forEach(left::add);
                    } catch (NoSuchFileException e) {
                        return left.isEmpty();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return left.isEmpty();
                },
                () -> "nothing is left: " + left);
    }

    /** Creates, and removes again what was created in time; false if time was up before. */
    private boolean createWithin(Client client, Path bundle, int millis) throws Exception {
        Deadline deadline = ShimProgram.within(Duration.ofMillis(millis));
        try {
            client.send("Create", shim.create(id, bundle), deadline).get(120, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            assertEquals(Code.DEADLINE_EXCEEDED, refusal(failure).code(), failure.getMessage());
            if (initPid(client) == 0) {
                // pends until all is undone
                ExecutionException gone =
                        assertThrows(
                                ExecutionException.class, () -> client.call("Wait", waitFor(id)));
                assertEquals(Code.NOT_FOUND, refusal(gone).code());
                return false;
            }
        }
        killAndDelete(client);
        return true;
    }

    private int initPid(Client client) throws Exception {
        ConnectRequest request = ConnectRequest.newBuilder().setId(id).build();
        return ConnectResponse.parseFrom(client.call("Connect", request)).getTaskPid();
    }

    private void killAndDelete(Client client) throws Exception {
        client.call("Kill", KillRequest.newBuilder().setId(id).setSignal(9).build());
        client.call("Wait", waitFor(id));
        client.call("Delete", delete(id));
    }

    @Test
    void infoAndVersion() throws Exception {
        Result info = shim.run(directory, new byte[0], "-info");
        assertEquals(0, info.status());
        assertEquals("", info.stderr());
        RuntimeInfo runtime = RuntimeInfo.parseFrom(info.stdout());
        assertEquals("io.containerd.reaper.v2", runtime.getName());
        assertTrue(runtime.getFeatures().getTypeUrl().endsWith("/features/Features"));
        assertTrue(runtime.getFeatures().getValue().toStringUtf8().contains("\"namespaces\":[]"));
        Any options = Any.newBuilder().setTypeUrl("some.Type").build();
        Result echo = shim.run(directory, options.toByteArray(), "-info");
        assertEquals(options, RuntimeInfo.parseFrom(echo.stdout()).getOptions());
        Result version = shim.run(directory, new byte[0], "-v");
        assertEquals(0, version.status());
        assertEquals(1, version.text().lines().count());
    }
}
