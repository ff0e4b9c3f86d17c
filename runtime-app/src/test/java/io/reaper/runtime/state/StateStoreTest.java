package io.reaper.runtime.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ExitRecord;
import io.reaper.contract.Isolation;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.runtime.state.ContainerState.Tracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class StateStoreTest {

    private static final ContainerId ID = ContainerId.of("c1");

    @TempDir Path dir;
    private StateStore store;

    @BeforeEach
    void open() {
        store = new StateStore(dir.resolve("root"));
    }

    private ContainerState state(Status status, int pid, long startTime) {
        return new ContainerState(
                ID,
                status,
                pid,
                startTime,
                dir,
                dir + "/rootfs",
                Map.of("a", "ü\n"),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                "root",
                Optional.of(new Tracking("/reaper/c1", 77)),
                true,
                false,
                Isolation.OCI,
                true);
    }

    private static int ownPid() {
        return (int) ProcessHandle.current().pid();
    }

    private static long ownStart() {
        return ProcessInfo.of(ownPid()).orElseThrow().startTime();
    }

    @Test
    void aStateSurvivesTheDisk() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        ContainerState state = state(Status.CREATED, 5, 6);
        directory.save(state);
        assertEquals(Optional.of(state), store.at(ID).load());
    }

    @Test
    void directoriesAreThereOnceAndForTheOwnerOnly() throws IOException {
        assertTrue(store.create(ID).isPresent());
        assertTrue(store.create(ID).isEmpty());
        for (Path made : List.of(dir.resolve("root"), dir.resolve("root/c1"))) {
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
        }
    }

    @Test
    void exactlyOneOfManyCreates() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Boolean>> creators =
                    IntStream.range(0, 8)
                            .<Callable<Boolean>>mapToObj(i -> () -> store.create(ID).isPresent())
                            .toList();
            int winners = 0;
            for (Future<Boolean> creator : threads.invokeAll(creators)) {
                winners += creator.get() ? 1 : 0;
            }
            assertEquals(1, winners);
        }
    }

    @Test
    void readersSeeWholeStatesOnly() throws Exception {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        directory.save(state(Status.CREATED, 1, 1));
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<?> writer =
                    threads.submit(
                            () -> {
                                for (int i = 1; i < 300; i++) {
                                    directory.save(state(Status.RUNNING, i, i));
                                }
                            });
            while (!writer.isDone()) {
                ContainerState seen = store.at(ID).load().orElseThrow();
                assertEquals(seen.pid(), seen.pidStartTime());
            }
            writer.get();
        }
    }

    @Test
    void aDamagedStateIsToldWithTheWayOut() throws IOException {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        directory.save(state(Status.CREATED, 5, 6));
        String whole = Files.readString(directory.path().resolve("state.json"));
        for (String damaged :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{}",
                        "{\"id\":\"../x\"}",
                        whole.replace("\"/reaper/c1\"", "\"/../c1\""),
                        whole.replace("\"created\",", "\"lost\","))) {
            Files.writeString(directory.path().resolve("state.json"), damaged);
            String message =
                    assertThrows(DamagedStateException.class, directory::load).getMessage();
            assertTrue(message.contains("state.json: damaged: "), message);
            assertTrue(message.contains("delete --force"), message);
        }
    }

    @Test
    void aLockIsExclusiveAndNeverOnADeletedFile() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        Fd held = directory.lock().orElseThrow();
        assertTrue(directory.tryLock().isEmpty());
        directory.remove();
        assertTrue(directory.tryLock().isEmpty());
        assertTrue(directory.lock().isEmpty());
        assertTrue(store.create(ID).isPresent());
        directory.lock().orElseThrow().close(); // the new file's, though the old one is locked
        held.close();
    }

    @Test
    void statusFollowsTheInitProcess() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        directory.save(state(Status.RUNNING, ownPid(), ownStart()));
        assertEquals(Status.RUNNING, directory.snapshot().orElseThrow().status());
        directory.save(state(Status.CREATED, ownPid(), ownStart()));
        assertEquals(Status.CREATED, directory.snapshot().orElseThrow().status());
        directory.save(state(Status.CREATING, 0, 0));
        assertEquals(Status.CREATING, directory.snapshot().orElseThrow().status());
    }

    @Test
    void aCreatedOneRunsWhenInitHasLetGo() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        ContainerState old = state(Status.CREATED, ownPid(), ownStart());
        directory.save(
                new ContainerState(
                        old.id(),
                        old.status(),
                        old.pid(),
                        old.pidStartTime(),
                        old.bundle(),
                        old.rootfs(),
                        old.annotations(),
                        old.created(),
                        old.owner(),
                        old.tracking(),
                        old.lateHooks(),
                        true,
                        old.isolation(),
                        old.ownPids()));
        assertFalse(directory.hold().awaitRelease(), "no file that could be held");
        assertEquals(Status.CREATED, directory.snapshot().orElseThrow().status());
        directory.saveConfiguration(new byte[] {1});
        Fd hold = directory.hold().take();
        assertEquals(Status.CREATED, directory.snapshot().orElseThrow().status());
        hold.close();
        assertEquals(Status.RUNNING, directory.snapshot().orElseThrow().status());
        assertTrue(directory.hold().awaitRelease());
    }

    @Test
    void theLockFileLeadsToTheProcesses() throws IOException {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        assertTrue(directory.note().isEmpty());
        ContainerState state = state(Status.CREATED, 5, 6);
        try (Fd lock = directory.lock().orElseThrow()) {
            ContainerDirectory.writeNote(lock, state);
        }
        assertEquals(Optional.of(state.note()), directory.note());
        assertEquals("5 6 77 /reaper/c1\n", Files.readString(directory.path().resolve("lock")));
        InitNote alone = new InitNote(state.note().init(), Optional.empty());
        assertEquals(Optional.of(alone), InitNote.parse(alone.encode()));
        for (String odd : List.of("", "5\n", "5 6", "5 x\n", "5 6 7 /../x\n", "5 6 7 \n", "\n")) {
            assertTrue(InitNote.parse(odd.getBytes(UTF_8)).isEmpty(), odd);
        }
    }

    @Test
    void aLostStateIsToldWhileInitLives() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        try (Fd lock = directory.lock().orElseThrow()) {
            ContainerDirectory.writeNote(lock, state(Status.CREATED, ownPid(), ownStart() + 1));
        }
        assertTrue(directory.load().isEmpty(), "another process of the same number");
        directory.remove();
        directory = store.create(ID).orElseThrow();
        try (Fd lock = directory.lock().orElseThrow()) {
            ContainerDirectory.writeNote(lock, state(Status.CREATED, ownPid(), ownStart()));
        }
        assertThrows(DamagedStateException.class, directory::load);
    }

    @Test
    void anotherProcessOfTheSameNumberIsAStranger() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        directory.save(state(Status.RUNNING, ownPid(), ownStart() + 1));
        Snapshot snapshot = directory.snapshot().orElseThrow();
        assertEquals(Status.STOPPED, snapshot.status());
        assertEquals(0, snapshot.shownPid());
    }

    @Test
    void anExitRecordCountsOnlyForThisProcess() throws IOException {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        directory.save(state(Status.RUNNING, ownPid(), 1));
        new ExitRecord("c1", ownPid(), 2, 7, 0, Instant.EPOCH).write(dir);
        assertTrue(directory.snapshot().orElseThrow().exit().isEmpty());
        new ExitRecord("c1", ownPid(), 1, 137, 9, Instant.EPOCH).write(dir);
        Snapshot stopped = directory.snapshot().orElseThrow();
        assertEquals(137, stopped.exit().orElseThrow().exitStatus());
        String shown = new String(StateJson.show(stopped), UTF_8);
        assertTrue(shown.contains("\"exitStatus\": 137"), shown);
        assertTrue(shown.contains("\"signal\": 9"), shown);
        assertTrue(shown.contains("\"exitedAt\": \"1970-01-01T00:00:00Z\""), shown);
        assertFalse(shown.contains("pidStartTime"), shown);
        // not while it lives
        directory.save(state(Status.RUNNING, ownPid(), ownStart()));
        new ExitRecord("c1", ownPid(), ownStart(), 0, 0, Instant.EPOCH).write(dir);
        assertTrue(directory.snapshot().orElseThrow().exit().isEmpty());
    }

    @Test
    void listsWhatMayBeContainersInTheirOrder() throws IOException {
        assertEquals(List.of(), store.ids());
        for (String id : List.of("b", "a")) {
            store.create(ContainerId.of(id)).orElseThrow().save(state(Status.CREATING, 0, 0));
        }
        Files.createDirectory(dir.resolve("root/empty"));
        Files.writeString(dir.resolve("root/file"), "x");
        Files.writeString(dir.resolve("root/no id"), "x");
        assertEquals(
                List.of("a", "b", "empty", "file"),
                store.ids().stream().map(ContainerId::value).toList());
        for (ContainerId none : List.of(ContainerId.of("empty"), ContainerId.of("file"))) {
            assertTrue(store.at(none).snapshot().isEmpty(), none.value());
        }
    }

    @Test
    void removalLeavesNothing() {
        ContainerDirectory directory = store.create(ID).orElseThrow();
        directory.save(state(Status.CREATED, 0, 0));
        directory.saveConfiguration(new byte[] {1});
        directory.makeExecFifo();
        directory.markKilled(); // of one that was deleted meanwhile
        directory.lock().orElseThrow().close();
        assertFalse(directory.isMarkedKilled());
        directory.markKilled();
        assertTrue(directory.isMarkedKilled());
        directory.remove();
        assertFalse(Files.exists(directory.path()));
        directory.remove();
    }
}
