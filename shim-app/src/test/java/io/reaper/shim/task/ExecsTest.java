package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.proto.types.Status;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExecsTest {

    @TempDir private Path directory;
    private Fixture fixture;
    private Execs execs;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
        execs = fixture.tasks.execs();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Task a() {
        return fixture.tasks.find("a");
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static ShimException fails(Kind kind, Executable call) {
        ShimException failure = assertThrows(ShimException.class, call);
        assertEquals(kind, failure.kind(), failure.getMessage());
        return failure;
    }

    @Test
    void aLife() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.addExec("a", "e");
        assertEquals(Status.CREATED, execs.state(a(), "e").status());
        CompletableFuture<TaskExit> waiting = execs.exit(a(), "e");
        int pid = fixture.startExec("a", "e");
        TaskSnapshot running = execs.state(a(), "e");
        assertEquals(Status.RUNNING, running.status());
        assertEquals(pid, running.pid());
        assertEquals("e", running.execId());
        assertEquals(
                List.of(new ContainerProcess(init.pid(), ""), new ContainerProcess(pid, "e")),
                fixture.tasks.processes("a"));
        fails(Kind.FAILED_PRECONDITION, () -> execs.delete(a(), "e", Deadline.NONE));
        assertFalse(waiting.isDone());
        fixture.runtime.execs.get("a/e").end(4, 0);
        TaskExit exit = await(waiting);
        assertEquals(4, exit.status());
        assertEquals(pid, exit.pid());
        assertEquals(exit, await(execs.exit(a(), "e")));
        TaskSnapshot stopped = execs.state(a(), "e");
        assertEquals(Status.STOPPED, stopped.status());
        assertEquals(exit, stopped.exit().orElseThrow());
        assertEquals(1, fixture.tasks.processes("a").size());
        assertEquals(Optional.of(exit), execs.delete(a(), "e", Deadline.NONE));
        fails(Kind.NOT_FOUND, () -> execs.delete(a(), "e", Deadline.NONE));
        fails(Kind.NOT_FOUND, () -> execs.state(a(), "e"));
        assertEquals(
                List.of("a create", "a start", "a/e added", "a/e started", "a/e exit 4"),
                fixture.events);
    }

    @Test
    void theRequestsTerminalCounts() {
        fixture.createAndStart("a");
        ByteString spec =
                ByteString.copyFromUtf8(
                        "{\"terminal\":true,\"args\":[\"a\\u00e9\"],\"user\":{\"uid\":1}}");
        var request = Fixture.exec("a", "e");
        request.getSpecBuilder().setValue(spec);
        execs.add(a(), request.build());
        fixture.startExec("a", "e");
        assertEquals(
                "{\"args\":[\"a\u00e9\"],\"user\":{\"uid\":1},\"terminal\":false}",
                fixture.runtime.processes.get("a/e"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{\"args\":", "{} {}", "{}x", "\u0001"})
    void whatIsNoProcessIsRefused(String spec) {
        fixture.createAndStart("a");
        var request = Fixture.exec("a", "e");
        request.getSpecBuilder().setValue(ByteString.copyFromUtf8(spec));
        fails(Kind.INVALID_ARGUMENT, () -> execs.add(a(), request.build()));
        fails(Kind.NOT_FOUND, () -> execs.state(a(), "e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/b",
                "-a",
                "a-",
                "a--b",
                "a b",
                "a\n",
                "\u00e9",
                "a",
                "01234567890123456789012345678901234567890123456789012345678901234567890123456"
            })
    void idsAreChecked(String id) {
        fixture.createAndStart("a");
        fails(Kind.INVALID_ARGUMENT, () -> fixture.addExec("a", id));
        assertEquals(List.of("a create", "a start"), fixture.events);
    }

    @Test
    void anIdIsTakenUntilItIsDeleted() throws Exception {
        fixture.createAndStart("a");
        fixture.createAndStart("b");
        fixture.addExec("a", "e.1_x-y");
        fails(Kind.ALREADY_EXISTS, () -> fixture.addExec("a", "e.1_x-y"));
        fixture.addExec("b", "e.1_x-y");
        execs.delete(a(), "e.1_x-y", Deadline.NONE);
        fixture.runExec("a", "e.1_x-y").end(0, 0);
        await(execs.exit(a(), "e.1_x-y"));
        fails(Kind.ALREADY_EXISTS, () -> fixture.addExec("a", "e.1_x-y"));
    }

    @Test
    void onlyARunningContainerTakesOne() throws Exception {
        FakeRuntime.Init init = fixture.create("a");
        ShimException created = fails(Kind.FAILED_PRECONDITION, () -> fixture.addExec("a", "e"));
        assertEquals("cannot exec in container a: it is created", created.getMessage());
        fixture.tasks.start("a", Deadline.NONE);
        fixture.addExec("a", "early");
        init.end(0, 0);
        // from the moment of reaping, whatever the epilogue has still to do
        fails(Kind.FAILED_PRECONDITION, () -> fixture.addExec("a", "e"));
        fails(Kind.FAILED_PRECONDITION, () -> fixture.startExec("a", "early"));
        await(fixture.tasks.exit("a"));
        fails(Kind.FAILED_PRECONDITION, () -> fixture.addExec("a", "e"));
        fails(Kind.FAILED_PRECONDITION, () -> fixture.startExec("a", "early"));
        assertEquals(List.of("create a", "start a"), fixture.runtime.commands);
    }

    @Test
    void whatWasNeverStarted() throws Exception {
        fixture.createAndStart("a");
        fixture.addExec("a", "e");
        CompletableFuture<TaskExit> waiting = execs.exit(a(), "e");
        fails(Kind.FAILED_PRECONDITION, () -> execs.kill(a(), "e", 9));
        execs.resize(a(), "e", new WindowSize(80, 24));
        execs.closeStdin(a(), "e");
        assertEquals(Optional.empty(), execs.delete(a(), "e", Deadline.NONE));
        ExecutionException gone = assertThrows(ExecutionException.class, () -> await(waiting));
        assertEquals(Kind.NOT_FOUND, ((ShimException) gone.getCause()).kind());
        fails(Kind.NOT_FOUND, () -> fixture.startExec("a", "e"));
        assertEquals(List.of("a create", "a start", "a/e added"), fixture.events);
    }

    @Test
    void unknownOnesAreNotFound() {
        fixture.createAndStart("a");
        fails(Kind.NOT_FOUND, () -> fixture.startExec("a", "e"));
        fails(Kind.NOT_FOUND, () -> execs.state(a(), "e"));
        fails(Kind.NOT_FOUND, () -> execs.kill(a(), "e", 9));
        fails(Kind.NOT_FOUND, () -> execs.exit(a(), "e"));
        fails(Kind.NOT_FOUND, () -> execs.delete(a(), "../e", Deadline.NONE));
        fails(Kind.NOT_FOUND, () -> execs.resize(a(), "e", new WindowSize(1, 1)));
        fails(Kind.NOT_FOUND, () -> execs.closeStdin(a(), "e"));
    }

    @Test
    void aSignalGoesToItsProcess() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        FakeRuntime.Init exec = fixture.runExec("a", "e");
        execs.kill(a(), "e", 15);
        assertEquals(143, await(execs.exit(a(), "e")).status());
        assertFalse(exec.lives());
        assertTrue(init.lives());
        ShimException finished = fails(Kind.NOT_FOUND, () -> execs.kill(a(), "e", 9));
        assertTrue(finished.getMessage().contains("process already finished"));
        fails(Kind.FAILED_PRECONDITION, () -> execs.resize(a(), "e", new WindowSize(80, 24)));
        assertEquals(List.of("create a", "start a", "exec a e"), fixture.runtime.commands);
    }

    @Test
    void startsOnce() throws Exception {
        fixture.createAndStart("a");
        fixture.runExec("a", "e");
        ShimException running = fails(Kind.FAILED_PRECONDITION, () -> fixture.startExec("a", "e"));
        assertEquals("cannot start exec e of container a: it is running", running.getMessage());
    }

    @Test
    void anExitDuringTheCommandIsToldAfterItsStart() throws Exception {
        fixture.createAndStart("a");
        fixture.runtime.duringExec = exec -> exec.end(3, 0);
        fixture.runExec("a", "e");
        assertEquals(3, await(execs.exit(a(), "e")).status());
        assertEquals(
                List.of("a/e added", "a/e started", "a/e exit 3"), fixture.events.subList(2, 5));
    }

    @Test
    void aProgramThatCannotRunFailsItsStart() throws Exception {
        fixture.createAndStart("a");
        fixture.runtime.duringExec =
                exec -> {
                    throw new ShimException(
                            ErrorCode.E_RUNTIME_FAILED,
                            Kind.FAILED,
                            "OCI runtime exec failed: no such file");
                };
        fixture.addExec("a", "e");
        CompletableFuture<TaskExit> waiting = execs.exit(a(), "e");
        ShimException failure = fails(Kind.FAILED, () -> fixture.startExec("a", "e"));
        assertEquals("OCI runtime exec failed: no such file", failure.getMessage());
        assertEquals(255, await(waiting).status());
        fails(Kind.NOT_FOUND, () -> execs.kill(a(), "e", 9));
        assertEquals(Status.STOPPED, execs.state(a(), "e").status());
        assertEquals(255, execs.delete(a(), "e", Deadline.NONE).orElseThrow().status());
        assertEquals(List.of("a/e added"), fixture.events.subList(2, 3));
        assertEquals(3, fixture.events.size());
    }

    @Test
    void killAndStateDoNotWaitForAStart() throws Exception {
        fixture.createAndStart("a");
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fixture.runtime.duringExec =
                exec -> {
                    asking.countDown();
                    awaitLatch(goOn);
                };
        fixture.addExec("a", "e");
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> start = pool.submit(() -> fixture.startExec("a", "e"));
            asking.await();
            fails(Kind.FAILED_PRECONDITION, () -> execs.kill(a(), "e", 9));
            fails(Kind.FAILED_PRECONDITION, () -> execs.delete(a(), "e", Deadline.NONE));
            assertEquals(Status.CREATED, execs.state(a(), "e").status());
            assertEquals(1, fixture.tasks.processes("a").size());
            fixture.runtime.duringExec = exec -> {};
            fixture.runExec("a", "other").end(0, 0);
            await(execs.exit(a(), "other"));
            goOn.countDown();
            assertTrue(start.get() > 0);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void initsExitIsTheLast() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        FakeRuntime.Init first = fixture.runExec("a", "first");
        FakeRuntime.Init second = fixture.runExec("a", "second");
        first.end(0, 0);
        await(execs.exit(a(), "first"));
        init.end(7, 0);
        assertEquals(7, await(fixture.tasks.exit("a")).status());
        assertFalse(second.lives());
        assertEquals(137, await(execs.exit(a(), "second")).status());
        assertEquals(List.of("a/second exit 137", "a exit 7"), fixture.events.subList(7, 9));
        assertTrue(fixture.runtime.commands.contains("kill a 9 ALL"));
        fixture.tasks.delete("a", Deadline.NONE);
    }

    /** The command is in flight when init ends, and makes its process all the same. */
    @Test
    void aStartInFlightIsWaitedForAndItsProcessKilled() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.runtime.duringExec = exec -> init.end(7, 0);
        FakeRuntime.Init exec = fixture.runExec("a", "e");
        assertEquals(7, await(fixture.tasks.exit("a")).status());
        assertFalse(exec.lives());
        assertEquals(
                List.of("a/e added", "a/e started", "a/e exit 137", "a exit 7"),
                fixture.events.subList(2, 6));
    }

    @Test
    void aStartInFlightThatFailsHoldsNothingUp() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.runtime.duringExec =
                exec -> {
                    init.end(7, 0);
                    assertFalse(fixture.events.contains("a exit 7"));
                    throw ShimException.failedPrecondition(
                            ErrorCode.E_RUNTIME_FAILED, "container not running");
                };
        fixture.addExec("a", "e");
        fails(Kind.FAILED_PRECONDITION, () -> fixture.startExec("a", "e"));
        await(fixture.tasks.exit("a"));
        assertEquals(List.of("a/e added", "a exit 7"), fixture.events.subList(2, 4));
    }

    /** What an exec leaves is the container's: it lives on, and dies with it. */
    @Test
    void theBackgroundOfAnExecDiesWithTheContainer() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.createAndStart("b");
        FakeRuntime.Init left = fixture.runtime.stray(fixture.bundle("a"));
        FakeRuntime.Init others = fixture.runtime.stray(fixture.bundle("b"));
        fixture.children.adopted.addAll(List.of(left, others));
        fixture.runExec("b", "e").end(0, 0, List.of(others));
        fixture.runExec("a", "e").end(0, 0, List.of(left));
        await(execs.exit(a(), "e"));
        execs.delete(a(), "e", Deadline.NONE);
        assertTrue(left.lives());
        assertEquals(
                List.of(new ContainerProcess(init.pid(), ""), new ContainerProcess(left.pid(), "")),
                fixture.tasks.processes("a"));
        FakeRuntime.Init leftBehind = fixture.runtime.stray(fixture.bundle("a"));
        fixture.children.adopted.add(leftBehind);
        left.end(0, 0, List.of(leftBehind));
        List<Boolean> livedAtTheExit = new ArrayList<>();
        CompletableFuture<Void> told =
                fixture.tasks.exit("a").thenAccept(exit -> livedAtTheExit.add(leftBehind.lives()));
        init.end(0, 0);
        await(told);
        assertEquals(List.of(false), livedAtTheExit);
        assertTrue(others.lives());
    }

    @Test
    void deleteOfTheContainerForgetsItsExecs() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.addExec("a", "never");
        fixture.runExec("a", "e").end(1, 0);
        await(execs.exit(a(), "e"));
        Task task = a();
        CompletableFuture<TaskExit> waiting = execs.exit(task, "never");
        init.end(0, 0);
        await(fixture.tasks.exit("a"));
        fixture.tasks.delete("a", Deadline.NONE);
        ExecutionException gone = assertThrows(ExecutionException.class, () -> await(waiting));
        assertEquals(Kind.NOT_FOUND, ((ShimException) gone.getCause()).kind());
        fixture.createAndStart("a");
        fails(Kind.NOT_FOUND, () -> execs.state(a(), "e"));
    }

    @Test
    void killOfAllIsTheRuntimes() throws Exception {
        fixture.createAndStart("a");
        fixture.runExec("a", "e");
        fixture.tasks.kill("a", 9, Target.ALL, Deadline.NONE);
        await(fixture.tasks.exit("a"));
        assertEquals(List.of("a/e exit 137", "a exit 137"), fixture.events.subList(4, 6));
    }

    @Test
    void manyAtOnce() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        int many = 200;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < many; i++) {
                String id = "e" + i;
                pool.execute(() -> fixture.runExec("a", id));
            }
        }
        assertEquals(many + 1, fixture.tasks.processes("a").size());
        init.end(0, 0);
        await(fixture.tasks.exit("a"));
        assertEquals("a exit 0", fixture.events.getLast());
        assertEquals(2 + 3 * many + 1, fixture.events.size());
    }
}
