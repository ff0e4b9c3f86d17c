package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.creation;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.end;
import static io.reaper.shim.program.Calls.initPid;
import static io.reaper.shim.program.Calls.kill;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.refusal;
import static io.reaper.shim.program.Calls.shutdown;
import static io.reaper.shim.program.Calls.waiting;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static io.reaper.shim.program.ShimProgram.assertEmpty;
import static io.reaper.shim.program.ShimProgram.entries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.WaitResponse;
import io.reaper.proto.types.RuntimeInfo;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import io.reaper.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The installed programs, without containerd: what it depends on, word for word. */
class ShimProgramKernelTest extends ShimKernelTest {

    @Test
    void aWholeLife() throws Exception {
        Path bundle = shim.bundle(id, "exit 7");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        WaitResponse ended = end(client, id);
        assertEquals(7, ended.getExitStatus());
        assertEquals(ended.getExitedAt(), delete(client, id).getExitedAt());
        // before the Shutdown, which gives what is not told yet two seconds
        assertEquals(
                List.of("/tasks/create", "/tasks/start", "/tasks/exit 7", "/tasks/delete"),
                shim.eventsUntil("/tasks/delete"));
        shutdown(client, id);
        client.awaitEnd();
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
            shutdown(elsewhere, id);
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
        assertEquals(1, ShimProgram.running("-socket " + client.socket()).size());
    }

    /** Over the daemon's whole life nobody writes to descriptors 1 and 2 but start, once. */
    @Test
    void startWritesOneLine() throws Exception {
        Path bundle = shim.bundle(id, "echo lost");
        Path trace = directory.resolve("trace");
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
                                        Programs.shim().toString()),
                                Stream.of(shim.start(id)))
                        .toList();
        Process traced = shim.launch(bundle, shim.bootstrap(id), command);
        byte[] first = new byte[4096];
        int length =
                traced.getInputStream().read(first); // strace holds the pipe: no end to wait for
        String address = new String(first, 0, length, StandardCharsets.UTF_8);
        Client client = shim.connect(address);
        shutdown(client, id);
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
                                    Programs.shim().toString(),
                                    "-namespace",
                                    ShimProgram.NAMESPACE,
                                    "-id",
                                    id,
                                    "start"));
            Path address = bundle.resolve("address");
            Await.until(LIMIT, () -> Files.exists(address), () -> "it serves, and says where");
            assertTrue(start.isAlive(), "it waits for somebody to read the address");
            start.destroyForcibly().waitFor();
            Await.until(
                    LIMIT,
                    () -> entries(shim.sockets).isEmpty(),
                    () -> "the daemon has gone: " + entries(shim.sockets));
        }
    }

    @Test
    void aNewDaemonReplacesAStaleSocket() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Client first = shim.startDaemon(id, bundle);
        first.killDaemon();
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
        client.killDaemon();
        assertTrue(lives(pid), "the container outlives its shim");
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        assertEquals("", result.stderr());
        DeleteResponse response = DeleteResponse.parseFrom(result.stdout());
        assertEquals(pid, response.getPid());
        assertEquals(137, response.getExitStatus());
        assertTrue(response.getExitedAt().getSeconds() > 0);
        assertEmpty(shim.sockets);
        shim.awaitNoState();
        assertFalse(lives(pid));
        Result again = shim.delete(id, bundle);
        assertEquals(0, again.status(), again.stderr());
        assertEquals(137, DeleteResponse.parseFrom(again.stdout()).getExitStatus());
    }

    @Test
    void afterTheDaemonsDeathDeleteKnowsTheExit() throws Exception {
        Path bundle = shim.bundle(id, "exit 42");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        WaitResponse ended = end(client, id);
        client.killDaemon();
        DeleteResponse response = DeleteResponse.parseFrom(shim.delete(id, bundle).stdout());
        assertEquals(42, response.getExitStatus());
        assertEquals(ended.getExitedAt(), response.getExitedAt());
        shim.awaitNoState();
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
        assertTrue(lives(pid));
        assertTrue(client.lives() && Files.exists(client.socket()));
    }

    @Test
    void sigtermEndsTheDaemonAndItsSocket() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int pid = createAndStart(client, id, bundle);
        ProcessHandle.of(client.pid).orElseThrow().destroy();
        client.awaitEnd();
        assertFalse(client.lives());
        assertEmpty(shim.sockets);
        assertTrue(lives(pid), "containers live on");
    }

    /** With a container that nobody has started, and so with no more than its stage to tell. */
    @Test
    void sigusr1TellsWhatTheDaemonIsAt() throws Exception {
        Path log = directory.resolve("shim.log");
        shim.environment.put("REAPER_SHIM_LOG", log.toString());
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int pid = newContainer(client, id, bundle);
        for (int times = 1; times <= 2; times++) {
            Syscalls.get().kill(Math.toIntExact(client.pid), Signals.SIGUSR1);
            String container = ": container " + id + ": created, pid " + pid + "\n";
            int told = times;
            Await.until(
                    LIMIT,
                    () -> read(log).split(Pattern.quote(container), -1).length == told + 1,
                    () -> container + " in " + read(log));
        }
        Pattern serving =
                Pattern.compile(
                        " SIGUSR1: thread main, (TIMED_)?WAITING: .* < .*Daemon\\.serve\\(");
        assertTrue(serving.matcher(read(log)).find(), read(log));
        assertTrue(read(log).contains(" SIGUSR1: thread kernel-events, "), read(log));
        assertEquals(pid, initPid(client, id));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shutdownWaitsForTheLastContainer() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        shutdown(client, id);
        client.call("Connect", ConnectRequest.newBuilder().setId(id).build());
        kill(client, id);
        delete(client, id);
        shutdown(client, id);
        client.awaitEnd();
    }

    @Test
    void aMissingRuntimeIsNamed() throws Exception {
        shim.environment.put("REAPER_RUNTIME_PATH", "/no/such/runtime");
        Path bundle = shim.bundle(id, "exit 0");
        Client client = shim.startDaemon(id, bundle);
        String message = refusal(client, "Create", creation(id, bundle)).getMessage();
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
        String message = refusal(client, "Create", creation(id, bundle)).getMessage();
        assertTrue(message.startsWith("OCI runtime create failed: "), message);
        assertTrue(message.contains("config.json"), message);
        assertEmpty(directory.resolve("run"));
    }

    /** Wherever in the command the time is up: nothing is left, and the id can be used again. */
    @Test
    void aCreateOutOfTimeLeavesNothing() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int late = 0;
        for (int millis : new int[] {1, 100, 200, 300, 400, 500, 600, 800, 1000}) {
            late += createWithin(client, bundle, Duration.ofMillis(millis)) ? 0 : 1;
        }
        assertTrue(late > 0);
        assertTrue(createWithin(client, bundle, LIMIT));
    }

    /** Creates, and removes again what was created; false if time was up before. */
    private boolean createWithin(Client client, Path bundle, Duration limit) throws Exception {
        Code code = code(client.send("Create", creation(id, bundle), Deadline.after(limit)));
        if (code != Code.OK) {
            // pends until all is undone; or, made at the last moment, it is there for us to end
            CompletableFuture<ByteString> end = client.send("Wait", waiting(id), Deadline.NONE);
            Await.until(
                    LIMIT,
                    () -> end.isDone() || initPid(client, id) > 0,
                    () -> "neither made nor undone");
            if (end.isDone()) {
                assertEquals(Code.NOT_FOUND, code(end));
                awaitNothing(client);
                if (code == Code.ALREADY_EXISTS) {
                    // one before it, which was so late to begin that its Wait had overtaken it
                    return createWithin(client, bundle, limit);
                }
                assertEquals(Code.DEADLINE_EXCEEDED, code);
                return false;
            }
        }
        kill(client, id);
        delete(client, id);
        return true;
    }

    private static Code code(CompletableFuture<ByteString> call) throws Exception {
        try {
            call.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            return Code.OK;
        } catch (ExecutionException e) {
            return ((TtrpcException) e.getCause()).status();
        }
    }

    private void awaitNothing(Client client) {
        Await.until(LIMIT, () -> left(client).isEmpty(), () -> "nothing is left: " + left(client));
    }

    private List<String> left(Client client) {
        List<String> left = new ArrayList<>(entries(directory.resolve("run")));
        ProcessHandle.of(client.pid).orElseThrow().children().forEach(p -> left.add(p.toString()));
        return left;
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
