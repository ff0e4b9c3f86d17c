package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.Calls.refusal;
import static io.reaper.shim.program.Calls.waiting;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.proto.task.CloseIORequest;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.PidsRequest;
import io.reaper.proto.task.PidsResponse;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StartResponse;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Execs of the installed programs, with real processes. */
class ExecKernelTest extends ShimKernelTest {

    private static final String SLEEP = "exec sleep 1000";
    private static final boolean JVM = "jvm".equals(System.getProperty("reaper.mode"));

    /** Marks every process of this test: nothing that bears it may be left. */
    private final String mark = Long.toString(1_000_000 + System.nanoTime() % 1_000_000_000);

    private Path bundle;
    private Client client;

    /** Starts the container; returns init's pid. */
    private int run(String script) throws Exception {
        bundle = shim.bundle(id, script);
        if (client == null) {
            client = shim.startDaemon(id, bundle);
        }
        return createAndStart(client, id, bundle);
    }

    private ExecProcessRequest.Builder request(String exec, int uid, String... args) {
        String process =
                "{\"cwd\":\"/\",\"env\":[\"PATH=/usr/bin:/bin\"],\"user\":{\"uid\":%d,\"gid\":%d},\"args\":[\"%s\"]}"
                        .formatted(uid, uid, String.join("\",\"", args));
        Any spec =
                Any.newBuilder()
                        .setTypeUrl("types.containerd.io/opencontainers/runtime-spec/1/Process")
                        .setValue(ByteString.copyFromUtf8(process))
                        .build();
        return ExecProcessRequest.newBuilder().setId(id).setExecId(exec).setSpec(spec);
    }

    private void add(String exec, String script) throws Exception {
        client.call("Exec", request(exec, 0, "/bin/sh", "-c", script).build());
    }

    private StartRequest start(String exec) {
        return StartRequest.newBuilder().setId(id).setExecId(exec).build();
    }

    private int startExec(String exec) throws Exception {
        return StartResponse.parseFrom(client.call("Start", start(exec))).getPid();
    }

    private int exec(String exec, String script) throws Exception {
        add(exec, script);
        return startExec(exec);
    }

    private WaitResponse await(String exec) throws Exception {
        return WaitResponse.parseFrom(client.call("Wait", waitFor(exec)));
    }

    private WaitRequest waitFor(String exec) {
        return waiting(id).toBuilder().setExecId(exec).build();
    }

    private void kill(String exec, int signal) throws Exception {
        client.call(
                "Kill",
                KillRequest.newBuilder().setId(id).setExecId(exec).setSignal(signal).build());
    }

    private DeleteResponse delete(String exec) throws Exception {
        DeleteRequest delete = DeleteRequest.newBuilder().setId(id).setExecId(exec).build();
        return DeleteResponse.parseFrom(client.call("Delete", delete));
    }

    private long marked() {
        return ShimProgram.running(mark).size();
    }

    /** One that has just been made may be between two programs, and has no command line then. */
    private void awaitMarked(int count) {
        Await.until(LIMIT, () -> marked() == count, () -> count + " processes: " + marked());
    }

    private static ByteString get(CompletableFuture<ByteString> answer) throws Exception {
        return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private void assertNoFilesOfExecs() {
        List<String> names = ShimProgram.entries(bundle);
        assertTrue(names.stream().noneMatch(name -> name.contains("exec-")), names::toString);
    }

    @Test
    void aWholeLife() throws Exception {
        int init = run(SLEEP);
        Path output = Files.createFile(directory.resolve("output"));
        String script = "echo hello; id -u; echo oops >&2; exit 5";
        client.call(
                "Exec",
                request("e", 65534, "/bin/sh", "-c", script)
                        .setStdout(output.toString())
                        .setStderr(output.toString())
                        .build());
        int pid = startExec("e");
        WaitResponse ended = await("e");
        assertEquals(5, ended.getExitStatus());
        DeleteResponse deleted = delete("e");
        assertEquals(pid, deleted.getPid());
        assertEquals(ended.getExitedAt(), deleted.getExitedAt());
        assertEquals("hello\n65534\noops\n", Files.readString(output));
        assertTrue(lives(init));
        assertNoFilesOfExecs();
        kill("", 9);
        await("");
        delete("");
        assertEquals(
                List.of(
                        "/tasks/create",
                        "/tasks/start",
                        "/tasks/exec-added e",
                        "/tasks/exec-started e",
                        "/tasks/exit e 5",
                        "/tasks/exit 137",
                        "/tasks/delete"),
                shim.eventsUntil("/tasks/delete"));
    }

    @Test
    void whatTheRuntimeSaysIsTheError() throws Exception {
        int init = run(SLEEP);
        client.call("Exec", request("e", 0, "/no/such/program").build());
        CompletableFuture<ByteString> waiting = client.send("Wait", waitFor("e"), Deadline.NONE);
        TtrpcException failure = refusal(client, "Start", start("e"));
        assertTrue(
                failure.getMessage().startsWith("OCI runtime exec failed: ")
                        && failure.getMessage().contains("/no/such/program")
                        && failure.getMessage().contains("no such file or directory"),
                failure.getMessage());
        assertEquals(255, WaitResponse.parseFrom(get(waiting)).getExitStatus());
        assertEquals(255, delete("e").getExitStatus());
        assertNoFilesOfExecs();
        assertTrue(lives(init));
    }

    @Test
    void signalsAndPids() throws Exception {
        int init = run(SLEEP);
        int pid = exec("e", "sleep " + mark + " & wait");
        PidsResponse pids =
                PidsResponse.parseFrom(
                        client.call("Pids", PidsRequest.newBuilder().setId(id).build()));
        assertEquals(init, pids.getProcesses(0).getPid());
        assertEquals(
                List.of(pid),
                pids.getProcessesList().stream()
                        .filter(process -> process.hasInfo())
                        .map(process -> process.getPid())
                        .toList());
        kill("e", 15);
        assertEquals(143, await("e").getExitStatus());
        assertTrue(lives(init));
    }

    /** What it leaves in the background is the container's: it lives on, and dies with it. */
    @Test
    void theBackgroundOfAnExecDiesWithTheContainer() throws Exception {
        run(SLEEP);
        exec("e", "setsid sleep " + mark + " & (sleep " + mark + " &) ; exit 0");
        await("e");
        delete("e");
        awaitMarked(2);
        kill("", 9);
        await("");
        assertEquals(0, marked());
        delete("");
    }

    @Test
    void initsExitIsTheLast() throws Exception {
        run(SLEEP);
        for (int i = 0; i < 3; i++) {
            exec("e" + i, "setsid sleep " + mark + " & (sleep " + mark + " &); sleep " + mark);
        }
        kill("", 9);
        await("");
        assertEquals(0, marked());
        List<String> events = shim.eventsUntil("/tasks/exit 137");
        assertEquals(3, events.stream().filter(e -> e.startsWith("/tasks/exit e")).count());
        delete("");
        assertEquals("/tasks/delete", shim.nextEvent());
    }

    /** Whichever is first, nothing is left, and an exit is told of each that was started. */
    @Test
    void execWhileInitIsExiting() throws Exception {
        int rounds = JVM ? 3 : 10;
        for (int round = 0; round < rounds; round++) {
            run("sleep 0." + (1 + round % 3) + " ; exit 0");
            List<CompletableFuture<ByteString>> starts = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                try {
                    add("e" + i, "exec sleep " + mark);
                    starts.add(client.send("Start", start("e" + i), Deadline.NONE));
                } catch (ExecutionException e) {
                    TtrpcException refused = (TtrpcException) e.getCause();
                    assertEquals(Code.FAILED_PRECONDITION, refused.status(), refused.getMessage());
                }
            }
            await("");
            assertEquals(0, marked());
            for (CompletableFuture<ByteString> start : starts) {
                get(start.handle((answer, refused) -> ByteString.EMPTY));
            }
            delete("");
            List<String> events = shim.eventsUntil("/tasks/delete");
            assertEquals("/tasks/exit 0", events.get(events.size() - 2), events::toString);
            assertEquals(
                    events.stream().filter(e -> e.startsWith("/tasks/exec-started")).count(),
                    events.stream().filter(e -> e.startsWith("/tasks/exit e")).count(),
                    events::toString);
        }
    }

    @Test
    void manyAtOnce() throws Exception {
        run(SLEEP);
        int many = JVM ? 10 : 200;
        List<CompletableFuture<ByteString>> starts = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            String missing = i % 10 == 3 ? "/no/such/program" : "/bin/sh";
            Path fifo = directory.resolve("fifo" + i);
            LinuxFiles.mkfifo(fifo, 0600);
            String script = "sleep " + mark + " >/dev/null 2>&1 & exit " + i % 100;
            client.call(
                    "Exec",
                    request("e" + i, 0, missing, "-c", script).setStdout(fifo.toString()).build());
        }
        for (int i = 0; i < many; i++) {
            starts.add(client.send("Start", start("e" + i), Deadline.NONE));
        }
        int background = 0;
        for (int i = 0; i < many; i++) {
            CompletableFuture<ByteString> start = starts.get(i);
            if (i % 10 == 3) {
                assertThrows(ExecutionException.class, () -> get(start));
                assertEquals(255, await("e" + i).getExitStatus());
            } else {
                get(start);
                assertEquals(i % 100, await("e" + i).getExitStatus());
                background++;
            }
            delete("e" + i);
        }
        assertNoFilesOfExecs();
        awaitMarked(background);
        kill("", 9);
        await("");
        assertEquals(0, marked());
        delete("");
    }

    @Test
    void stdinEndsWithCloseIo() throws Exception {
        run(SLEEP);
        Path input = directory.resolve("in");
        LinuxFiles.mkfifo(input, 0600);
        Path output = Files.createFile(directory.resolve("out"));
        client.call(
                "Exec",
                request("e", 0, "/bin/cat")
                        .setStdin(input.toString())
                        .setStdout(output.toString())
                        .build());
        startExec("e");
        try (OutputStream to = Files.newOutputStream(input)) {
            to.write("hello".getBytes(StandardCharsets.UTF_8));
        }
        CloseIORequest closeIo =
                CloseIORequest.newBuilder().setId(id).setExecId("e").setStdin(true).build();
        client.call("CloseIO", closeIo);
        assertEquals(0, await("e").getExitStatus());
        assertEquals("hello", Files.readString(output));
    }

    /** A CloseIO that overtakes the start counts, too. */
    @Test
    void stdinMayBeClosedAheadOfTheStart() throws Exception {
        run(SLEEP);
        Path input = directory.resolve("in");
        LinuxFiles.mkfifo(input, 0600);
        client.call("Exec", request("e", 0, "/bin/cat").setStdin(input.toString()).build());
        client.call(
                "CloseIO",
                CloseIORequest.newBuilder().setId(id).setExecId("e").setStdin(true).build());
        startExec("e");
        assertEquals(0, await("e").getExitStatus());
    }

    @Test
    void afterTheDaemonsDeathDeleteEndsExecs() throws Exception {
        int init = run(SLEEP);
        int pid = exec("e", "setsid sleep " + mark + " & exec sleep " + mark);
        exec("left", "(sleep " + mark + " &); exit 0");
        await("left");
        client.killDaemon();
        assertTrue(lives(pid), "an exec outlives its shim");
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        shim.awaitNoState();
        assertFalse(lives(pid));
        assertFalse(lives(init));
        assertEquals(0, marked());
    }
}
