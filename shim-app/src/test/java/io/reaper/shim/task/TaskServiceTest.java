package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ContainerId;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.options.ProcessDetails;
import io.reaper.proto.task.CloseIORequest;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.PidsRequest;
import io.reaper.proto.task.PidsResponse;
import io.reaper.proto.task.ResizePtyRequest;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StartResponse;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.StateResponse;
import io.reaper.proto.task.StatsRequest;
import io.reaper.proto.task.StatsResponse;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.proto.types.Status;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TaskServiceTest {

    @TempDir private Path directory;
    private final AtomicInteger shutdowns = new AtomicInteger();
    private Fixture fixture;
    private TaskService service;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
        service = new TaskService(fixture.tasks, shutdowns::incrementAndGet, ShimLog.silent());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private CompletableFuture<? extends MessageLite> call(String method, MessageLite request) {
        return call(method, request.toByteString());
    }

    private CompletableFuture<? extends MessageLite> call(String method, ByteString payload) {
        Call call = new Call("containerd.task.v2.Task", method, payload, Map.of(), Deadline.NONE);
        return service.call(call).toCompletableFuture();
    }

    private Code code(String method, MessageLite request) {
        return assertThrows(TtrpcException.class, () -> call(method, request)).status();
    }

    @Test
    void servesBothVersions() {
        assertEquals(Set.of("containerd.task.v2.Task", "containerd.task.v3.Task"), service.names());
    }

    @Test
    void aLife() throws Exception {
        int pid =
                ((CreateTaskResponse)
                                call("Create", fixture.request("a").setStdout("/dev/null").build())
                                        .get())
                        .getPid();
        assertEquals(
                pid,
                ((ConnectResponse)
                                call("Connect", ConnectRequest.newBuilder().setId("a").build())
                                        .get())
                        .getTaskPid());
        call("Start", StartRequest.newBuilder().setId("a").build()).get();
        StateResponse running =
                (StateResponse) call("State", StateRequest.newBuilder().setId("a").build()).get();
        assertEquals(Status.RUNNING, running.getStatus());
        assertEquals("/dev/null", running.getStdout());
        assertFalse(running.hasExitedAt());
        CompletableFuture<? extends MessageLite> waiting =
                call("Wait", WaitRequest.newBuilder().setId("a").build());
        call("Kill", KillRequest.newBuilder().setId("a").setSignal(15).setAll(true).build()).get();
        WaitResponse ended = (WaitResponse) waiting.get(30, TimeUnit.SECONDS);
        assertEquals(143, ended.getExitStatus());
        StateResponse stopped =
                (StateResponse) call("State", StateRequest.newBuilder().setId("a").build()).get();
        assertEquals(Status.STOPPED, stopped.getStatus());
        assertEquals(pid, stopped.getPid());
        assertEquals(ended.getExitedAt(), stopped.getExitedAt());
        PidsResponse pids =
                (PidsResponse) call("Pids", PidsRequest.newBuilder().setId("a").build()).get();
        assertEquals(pid, pids.getProcesses(0).getPid());
        call("Shutdown", ShutdownRequest.newBuilder().setId("a").build()).get();
        assertEquals(0, shutdowns.get(), "a container is left");
        DeleteResponse deleted =
                (DeleteResponse)
                        call("Delete", DeleteRequest.newBuilder().setId("a").build()).get();
        assertEquals(143, deleted.getExitStatus());
        assertEquals(ended.getExitedAt(), deleted.getExitedAt());
        call("Shutdown", ShutdownRequest.newBuilder().setId("a").build()).get();
        assertEquals(1, shutdowns.get());
    }

    @Test
    void whoIsExpectedKeepsUs() throws Exception {
        ShutdownRequest shutdown = ShutdownRequest.newBuilder().setId("b").build();
        fixture.tasks.expected().expect(ContainerId.of("a"));
        call("Shutdown", shutdown).get();
        assertEquals(0, shutdowns.get(), "a container is on its way");
        call("Shutdown", ShutdownRequest.newBuilder().setId("a").build()).get();
        assertEquals(1, shutdowns.get(), "it has been given up");
        fixture.tasks.expected().expect(ContainerId.of("a"));
        call("Create", fixture.request("a").build()).get();
        assertTrue(fixture.tasks.expected().isEmpty());
        call("Shutdown", shutdown).get();
        assertEquals(1, shutdowns.get(), "it has come");
        call("Delete", DeleteRequest.newBuilder().setId("a").build()).get();
        call("Shutdown", shutdown).get();
        assertEquals(2, shutdowns.get());
    }

    @Test
    void connectKnowsEveryId() throws Exception {
        ConnectResponse response =
                (ConnectResponse)
                        call("Connect", ConnectRequest.newBuilder().setId("nobody").build()).get();
        assertEquals(0, response.getTaskPid());
        assertEquals(ProcessHandle.current().pid(), response.getShimPid());
    }

    @Test
    void codesThatCallersBranchOn() {
        StateRequest unknown = StateRequest.newBuilder().setId("nobody").build();
        assertEquals(Code.NOT_FOUND, code("State", unknown));
        assertEquals(Code.NOT_FOUND, code("Start", unknown));
        assertEquals(Code.NOT_FOUND, code("Delete", unknown));
        assertEquals(Code.NOT_FOUND, code("Wait", unknown));
        assertEquals(Code.NOT_FOUND, code("Pids", unknown));
        assertEquals(Code.NOT_FOUND, code("Kill", unknown));
        fixture.createAndStart("a");
        assertEquals(Code.ALREADY_EXISTS, code("Create", fixture.request("a").build()));
        StartRequest start = StartRequest.newBuilder().setId("a").build();
        assertEquals(Code.FAILED_PRECONDITION, code("Start", start));
        assertEquals(Code.FAILED_PRECONDITION, code("Delete", start));
        StartRequest exec = StartRequest.newBuilder().setId("a").setExecId("e").build();
        assertEquals(Code.NOT_FOUND, code("Start", exec));
        assertEquals(Code.NOT_FOUND, code("Delete", exec));
        StateRequest bad = StateRequest.newBuilder().setId("../a").build();
        assertEquals(Code.INVALID_ARGUMENT, code("State", bad));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pause", "Resume", "Checkpoint", "Update", "NoSuch", ""})
    void theRestIsNotImplemented(String method) {
        fixture.createAndStart("a");
        assertEquals(
                Code.UNIMPLEMENTED, code(method, StateRequest.newBuilder().setId("a").build()));
    }

    @Test
    void anExecsLife() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        var request = Fixture.exec("a", "e").setStdin("/dev/null");
        call("Exec", request.build()).get();
        StateRequest state = StateRequest.newBuilder().setId("a").setExecId("e").build();
        assertEquals(Status.CREATED, ((StateResponse) call("State", state).get()).getStatus());
        WaitRequest wait = WaitRequest.newBuilder().setId("a").setExecId("e").build();
        CompletableFuture<? extends MessageLite> waiting = call("Wait", wait);
        StartRequest start = StartRequest.newBuilder().setId("a").setExecId("e").build();
        int pid = ((StartResponse) call("Start", start).get()).getPid();
        StateResponse running = (StateResponse) call("State", state).get();
        assertEquals(pid, running.getPid());
        assertEquals("e", running.getExecId());
        assertEquals("/dev/null", running.getStdin());
        PidsResponse pids =
                (PidsResponse) call("Pids", PidsRequest.newBuilder().setId("a").build()).get();
        assertEquals(init.pid(), pids.getProcesses(0).getPid());
        assertFalse(pids.getProcesses(0).hasInfo());
        assertEquals(pid, pids.getProcesses(1).getPid());
        Any info = pids.getProcesses(1).getInfo();
        assertEquals("containerd.runc.v1.ProcessDetails", info.getTypeUrl());
        assertEquals("e", ProcessDetails.parseFrom(info.getValue()).getExecId());
        call(
                        "ResizePty",
                        ResizePtyRequest.newBuilder()
                                .setId("a")
                                .setExecId("e")
                                .setWidth(80)
                                .setHeight(24)
                                .build())
                .get();
        call("CloseIO", CloseIORequest.newBuilder().setId("a").setExecId("e").build()).get();
        KillRequest kill = KillRequest.newBuilder().setId("a").setExecId("e").setSignal(15).build();
        call("Kill", kill).get();
        WaitResponse ended = (WaitResponse) waiting.get(30, TimeUnit.SECONDS);
        assertEquals(143, ended.getExitStatus());
        assertEquals(Code.NOT_FOUND, code("Kill", kill));
        DeleteRequest delete = DeleteRequest.newBuilder().setId("a").setExecId("e").build();
        DeleteResponse deleted = (DeleteResponse) call("Delete", delete).get();
        assertEquals(pid, deleted.getPid());
        assertEquals(143, deleted.getExitStatus());
        assertEquals(ended.getExitedAt(), deleted.getExitedAt());
        assertEquals(Code.NOT_FOUND, code("Delete", delete));
        assertTrue(init.lives());
    }

    @Test
    void aDeleteOfAnExecThatWasNeverStartedHasNoExit() throws Exception {
        fixture.createAndStart("a");
        fixture.addExec("a", "e");
        DeleteRequest delete = DeleteRequest.newBuilder().setId("a").setExecId("e").build();
        assertEquals(DeleteResponse.getDefaultInstance(), call("Delete", delete).get());
    }

    @Test
    void numbersAreChecked() {
        fixture.createAndStart("a");
        for (int signal : new int[] {-1, 65, 1 << 20}) {
            KillRequest kill = KillRequest.newBuilder().setId("a").setSignal(signal).build();
            assertEquals(Code.INVALID_ARGUMENT, code("Kill", kill));
        }
        for (int side : new int[] {-1, 65_536}) {
            var resize = ResizePtyRequest.newBuilder().setId("a");
            assertEquals(Code.INVALID_ARGUMENT, code("ResizePty", resize.setWidth(side).build()));
            resize.setWidth(1);
            assertEquals(Code.INVALID_ARGUMENT, code("ResizePty", resize.setHeight(side).build()));
        }
    }

    /** An answer without statistics fails those of the whole node. */
    @Test
    void statsAreThereFromCreateToDelete() throws Exception {
        StatsRequest request = StatsRequest.newBuilder().setId("a").build();
        assertEquals(Code.NOT_FOUND, code("Stats", request));
        FakeRuntime.Init init = fixture.create("a");
        assertStats(request);
        fixture.tasks.start("a", Deadline.NONE);
        assertStats(request);
        init.end(0, 0);
        call("Wait", WaitRequest.newBuilder().setId("a").build()).get(30, TimeUnit.SECONDS);
        assertStats(request);
        call("Delete", DeleteRequest.newBuilder().setId("a").build()).get();
        assertEquals(Code.NOT_FOUND, code("Stats", request));
    }

    private void assertStats(StatsRequest request) throws Exception {
        Any stats = ((StatsResponse) call("Stats", request).get()).getStats();
        boolean unified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        assertEquals(
                "io.containerd.cgroups." + (unified ? "v2" : "v1") + ".Metrics",
                stats.getTypeUrl());
        assertFalse(stats.getValue().isEmpty());
    }

    @Test
    void thereAreNoStatsWhileItIsBeingCreated() {
        CompletableFuture<Code> during = new CompletableFuture<>();
        fixture.runtime.duringCreate =
                init ->
                        during.complete(
                                code("Stats", StatsRequest.newBuilder().setId("a").build()));
        fixture.create("a");
        assertEquals(Code.NOT_FOUND, during.join());
    }

    @Test
    void anErrorIsAnsweredToo() {
        fixture.createAndStart("a");
        fixture.runtime.duringExec =
                exec -> {
                    throw new StackOverflowError("too deep");
                };
        fixture.addExec("a", "e");
        StartRequest start = StartRequest.newBuilder().setId("a").setExecId("e").build();
        TtrpcException failure = assertThrows(TtrpcException.class, () -> call("Start", start));
        assertEquals(Code.UNKNOWN, failure.status());
        assertTrue(failure.getMessage().endsWith(": the stack is exhausted"), failure.getMessage());
        assertEquals(Code.FAILED_PRECONDITION, code("Start", start));
    }

    @Test
    void garbageIsAnInvalidArgument() {
        ByteString garbage = ByteString.copyFromUtf8("\uffffgarbage");
        TtrpcException failure = assertThrows(TtrpcException.class, () -> call("Create", garbage));
        assertEquals(Code.INVALID_ARGUMENT, failure.status());
    }

    @Test
    void aWaitForACreateThatFailsIsAnswered() throws Exception {
        CompletableFuture<CompletableFuture<? extends MessageLite>> waiting =
                new CompletableFuture<>();
        fixture.runtime.duringCreate =
                init -> {
                    waiting.complete(call("Wait", WaitRequest.newBuilder().setId("a").build()));
                    throw new IllegalStateException("surprise");
                };
        assertEquals(Code.UNKNOWN, code("Create", fixture.request("a").build()));
        ExecutionException failure =
                assertThrows(
                        ExecutionException.class, () -> waiting.get().get(30, TimeUnit.SECONDS));
        assertEquals(Code.NOT_FOUND, ((TtrpcException) failure.getCause()).status());
        assertTrue(fixture.tasks.isEmpty());
    }
}
