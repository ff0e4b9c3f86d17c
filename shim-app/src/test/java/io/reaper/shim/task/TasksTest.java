package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.types.Mount;
import io.reaper.proto.types.Status;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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

@Timeout(60)
class TasksTest {

    @TempDir private Path directory;
    private Fixture fixture;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static TaskExit await(CompletableFuture<TaskExit> exit) throws Exception {
        return exit.get(30, TimeUnit.SECONDS);
    }

    private static ShimException fails(Kind kind, Executable call) {
        ShimException failure = assertThrows(ShimException.class, call);
        assertEquals(kind, failure.kind(), failure.getMessage());
        return failure;
    }

    @Test
    void aLife() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        CompletableFuture<TaskExit> waiting = fixture.tasks.exit("a");
        assertEquals(Status.RUNNING, fixture.tasks.state("a").status());
        assertFalse(waiting.isDone());
        init.end(7, 0);
        TaskExit exit = await(waiting);
        assertEquals(7, exit.status());
        TaskSnapshot stopped = fixture.tasks.state("a");
        assertEquals(Status.STOPPED, stopped.status());
        assertEquals(exit, stopped.exit().orElseThrow());
        assertEquals(init.pid(), stopped.pid());
        assertEquals(exit, await(fixture.tasks.exit("a")));
        assertEquals(List.of(new ContainerProcess(init.pid(), "")), fixture.tasks.processes("a"));
        assertEquals(exit, fixture.tasks.delete("a", Deadline.NONE));
        assertTrue(fixture.tasks.isEmpty());
        assertEquals(List.of("a create", "a start", "a exit 7", "a delete 7"), fixture.events);
        fails(Kind.NOT_FOUND, () -> fixture.tasks.delete("a", Deadline.NONE));
        fails(Kind.NOT_FOUND, () -> fixture.tasks.exit("a"));
        assertEquals(0, fixture.tasks.initPid("a"));
    }

    @Test
    void theExitIsOnDisk() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        init.end(0, 15);
        assertEquals(143, await(fixture.tasks.exit("a")).status());
        ExitRecord record = ExitRecord.read(fixture.bundle("a")).orElseThrow();
        assertTrue(record.matches("a", init.pid(), init.startTime()));
        assertEquals(143, record.exitStatus());
        assertEquals(15, record.signal());
        ShimRecord shim = ShimRecord.read(fixture.bundle("a")).orElseThrow();
        assertEquals(init.pid(), shim.pid());
        assertEquals("runtime", shim.runtime());
    }

    @Test
    void anExitDuringStartIsToldAfterIt() throws Exception {
        fixture.runtime.duringStart = init -> init.end(3, 0);
        fixture.createAndStart("a");
        assertEquals(3, await(fixture.tasks.exit("a")).status());
        assertEquals(List.of("a create", "a start", "a exit 3"), fixture.events);
    }

    @Test
    void anExitDuringCreateIsToldAfterIt() throws Exception {
        fixture.runtime.duringCreate = init -> init.end(0, 9);
        fixture.create("a");
        assertEquals(137, await(fixture.tasks.exit("a")).status());
        assertEquals(List.of("a create", "a exit 137"), fixture.events);
    }

    @Test
    void aProgramThatCannotRunFailsStart() throws Exception {
        fixture.runtime.duringStart =
                init -> {
                    init.end(1, 0);
                    throw new ShimException(
                            ErrorCode.E_RUNTIME_FAILED,
                            Kind.FAILED,
                            "exec: no such file or directory");
                };
        fixture.create("a");
        fails(Kind.FAILED, () -> fixture.tasks.start("a", Deadline.NONE));
        await(fixture.tasks.exit("a"));
        assertEquals(List.of("a create", "a exit 1"), fixture.events);
        fixture.tasks.delete("a", Deadline.NONE);
    }

    @Test
    void onlyACreatedContainerStarts() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        ShimException twice =
                fails(Kind.FAILED_PRECONDITION, () -> fixture.tasks.start("a", Deadline.NONE));
        assertEquals("cannot start container a: it is running", twice.getMessage());
        init.end(0, 0);
        await(fixture.tasks.exit("a"));
        fails(Kind.FAILED_PRECONDITION, () -> fixture.tasks.start("a", Deadline.NONE));
        fails(Kind.NOT_FOUND, () -> fixture.tasks.start("b", Deadline.NONE));
    }

    @Test
    void ofConcurrentCreatesOneWins() throws Exception {
        int callers = 16;
        CountDownLatch ready = new CountDownLatch(callers);
        List<Future<Integer>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> create =
                    () -> {
                        ready.countDown();
                        ready.await();
                        return fixture.tasks.create(fixture.request("a").build(), Deadline.NONE);
                    };
            for (int i = 0; i < callers; i++) {
                results.add(pool.submit(create));
            }
        }
        long won = results.stream().filter(r -> r.state() == Future.State.SUCCESS).count();
        assertEquals(1, won);
        results.stream()
                .filter(r -> r.state() == Future.State.FAILED)
                .map(r -> (ShimException) r.exceptionNow())
                .forEach(e -> assertEquals(Kind.ALREADY_EXISTS, e.kind()));
        assertEquals(List.of("create a"), fixture.runtime.commands);
        assertEquals(List.of("a create"), fixture.events);
    }

    @Test
    void aFailedCreateLeavesNothing() {
        fixture.runtime.duringCreate =
                init -> {
                    throw new ShimException(
                            ErrorCode.E_RUNTIME_FAILED, Kind.DEADLINE_EXCEEDED, "time was up");
                };
        fails(
                Kind.DEADLINE_EXCEEDED,
                () -> fixture.tasks.create(fixture.request("a").build(), Deadline.NONE));
        assertEquals(List.of("create a", "discard a"), fixture.runtime.commands);
        assertTrue(fixture.runtime.containers.isEmpty());
        assertTrue(fixture.tasks.isEmpty());
        assertEquals(List.of(), fixture.events);
    }

    /** Killed between making its directory and writing a state into it. */
    @Test
    void whatHasNoStateIsDeletedOnlyAfterAKilledCreate() {
        for (Kind kind : List.of(Kind.DEADLINE_EXCEEDED, Kind.FAILED)) {
            fixture.runtime.commands.clear();
            fixture.runtime.duringCreate =
                    init -> {
                        fixture.runtime.containers.clear();
                        throw new ShimException(ErrorCode.E_RUNTIME_FAILED, kind, "no");
                    };
            fails(kind, () -> fixture.tasks.create(fixture.request("a").build(), Deadline.NONE));
            List<String> commands = new ArrayList<>(List.of("create a", "discard a"));
            if (kind == Kind.DEADLINE_EXCEEDED) {
                commands.add("delete a");
            }
            assertEquals(commands, fixture.runtime.commands);
        }
    }

    @Test
    void aCreateThatComesTooLateIsUndone() {
        Deadline passed = Deadline.after(Duration.ZERO);
        fails(
                Kind.DEADLINE_EXCEEDED,
                () -> fixture.tasks.create(fixture.request("a").build(), passed));
        assertTrue(fixture.runtime.containers.isEmpty());
        assertTrue(fixture.tasks.isEmpty());
    }

    @Test
    void whoWaitsForAContainerThatFailsIsTold() throws Exception {
        CountDownLatch inCreate = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fixture.runtime.duringCreate =
                init -> {
                    inCreate.countDown();
                    awaitLatch(goOn);
                    throw new ShimException(ErrorCode.E_RUNTIME_FAILED, Kind.FAILED, "no");
                };
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> create =
                    pool.submit(
                            () ->
                                    fixture.tasks.create(
                                            fixture.request("a").build(), Deadline.NONE));
            inCreate.await();
            CompletableFuture<TaskExit> waiting = fixture.tasks.exit("a");
            fails(Kind.NOT_FOUND, () -> fixture.tasks.state("a"));
            fails(Kind.NOT_FOUND, () -> fixture.tasks.processes("a"));
            fails(
                    Kind.FAILED_PRECONDITION,
                    () -> fixture.tasks.kill("a", 9, Target.INIT, Deadline.NONE));
            goOn.countDown();
            Exception failure = assertThrows(Exception.class, () -> await(waiting));
            assertEquals(Kind.NOT_FOUND, ((ShimException) failure.getCause()).kind());
            assertThrows(Exception.class, create::get);
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
    void anIdOfAnotherBundleStaysItsOwn() {
        FakeRuntime.Init other = fixture.create("a");
        try (Fixture second = new Fixture(directory.resolve("second"))) {
            second.runtime.containers.put("a", other);
            fails(
                    Kind.ALREADY_EXISTS,
                    () -> second.tasks.create(second.request("a").build(), Deadline.NONE));
            assertTrue(other.lives());
            assertTrue(second.runtime.containers.containsKey("a"));
        }
    }

    @Test
    void refusesWhatItCannotDo() throws Exception {
        fails(
                Kind.UNIMPLEMENTED,
                () ->
                        fixture.tasks.create(
                                fixture.request("a").setCheckpoint("/c").build(), Deadline.NONE));
        fails(
                Kind.INVALID_ARGUMENT,
                () ->
                        fixture.tasks.create(
                                fixture.request("a").setBundle("/no/bundle").build(),
                                Deadline.NONE));
        fails(
                Kind.INVALID_ARGUMENT,
                () ->
                        fixture.tasks.create(
                                fixture.request("a").setId("../x").build(), Deadline.NONE));
        fails(
                Kind.INVALID_ARGUMENT,
                () ->
                        fixture.tasks.create(
                                fixture.request("a").setBundle("/b\0").build(), Deadline.NONE));
        Mount outside = Mount.newBuilder().setType("bind").setTarget("../../etc").build();
        fails(
                Kind.INVALID_ARGUMENT,
                () ->
                        fixture.tasks.create(
                                fixture.request("a").addRootfs(outside).build(), Deadline.NONE));
        assertTrue(fixture.tasks.isEmpty());
        assertEquals(List.of(), fixture.runtime.commands);
        assertFalse(Files.exists(fixture.bundle("a").resolve("shim.json")));
    }

    @Test
    void deleteOfARunningContainerIsRefused() {
        fixture.createAndStart("a");
        ShimException refusal =
                fails(Kind.FAILED_PRECONDITION, () -> fixture.tasks.delete("a", Deadline.NONE));
        assertEquals("cannot delete container a: it is running", refusal.getMessage());
    }

    @Test
    void deleteEndsWhatWasNeverStarted() {
        fixture.create("a");
        assertEquals(137, fixture.tasks.delete("a", Deadline.NONE).status());
        assertEquals(List.of("a create", "a exit 137", "a delete 137"), fixture.events);
        assertEquals(List.of("create a", "kill a 9 INIT", "delete a"), fixture.runtime.commands);
    }

    @Test
    void killOfWhatHasEndedIsNotFound() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.tasks.kill("a", 15, Target.ALL, Deadline.NONE);
        await(fixture.tasks.exit("a"));
        assertFalse(init.lives());
        ShimException gone =
                fails(Kind.NOT_FOUND, () -> fixture.tasks.kill("a", 9, Target.INIT, Deadline.NONE));
        assertTrue(gone.getMessage().contains("process already finished"), gone.getMessage());
        assertEquals(List.of("create a", "start a", "kill a 15 ALL"), fixture.runtime.commands);
    }

    @Test
    void stateRunsNoCommand() throws Exception {
        FakeRuntime.Init init = fixture.create("a");
        assertEquals(Status.CREATED, fixture.tasks.state("a").status());
        fixture.tasks.start("a", Deadline.NONE);
        assertEquals(Status.RUNNING, fixture.tasks.state("a").status());
        init.end(0, 0);
        await(fixture.tasks.exit("a"));
        assertEquals(Status.STOPPED, fixture.tasks.state("a").status());
        assertEquals(List.of("create a", "start a"), fixture.runtime.commands);
    }

    @Test
    void overviewTellsTheStages() {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.addExec("a", "early");
        FakeRuntime.Init exec = fixture.runExec("a", "e");
        fixture.runtime.duringCreate =
                creating ->
                        assertTrue(
                                fixture.tasks
                                        .overview()
                                        .contains("container b: being created, pid 0"));
        fixture.create("b");
        String line = "container a: running, pid %d; exec early: not started, pid 0; exec e: ";
        assertTrue(
                fixture.tasks
                        .overview()
                        .contains((line + "running, pid %d").formatted(init.pid(), exec.pid())),
                () -> fixture.tasks.overview().toString());
    }
}
