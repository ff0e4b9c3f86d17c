package io.reaper.runtime.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.state.ExecRecords.Leader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ExecRecordsTest {

    private static final int OWN_PID = (int) ProcessHandle.current().pid();

    @TempDir Path root;
    private ContainerDirectory container;
    private ExecRecords records;

    @BeforeEach
    void create() {
        container = new StateStore(root).create(ContainerId.of("c")).orElseThrow();
        records = container.execs();
    }

    @Test
    void whatIsAddedIsFoundAndWhatIsRemovedIsNot() throws IOException {
        assertEquals(List.of(), records.all());
        assertTrue(records.tryLock().isEmpty());
        Leader leader = new Leader(7, Long.MAX_VALUE);
        records.add(leader);
        assertEquals(List.of(leader), records.all());
        Path directory = container.path().resolve("execs");
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        records.remove(leader);
        records.remove(leader);
        assertEquals(List.of(), records.all());
        assertTrue(container.snapshot().isEmpty());
    }

    @Test
    void onlyTheSameProcessLives() {
        long started = ProcessInfo.of(OWN_PID).orElseThrow().startTime();
        assertTrue(new Leader(OWN_PID, started).lives());
        assertFalse(new Leader(OWN_PID, started + 1).lives());
        assertFalse(new Leader(Integer.MAX_VALUE, started).lives());
    }

    @Test
    void otherFilesArePassedOverAndRemovedWithTheContainer() throws IOException {
        records.add(new Leader(1, 2));
        Path directory = container.path().resolve("execs");
        for (String name : List.of("x", "1", "1-", "-1", "a-b", "1-99999999999999999999")) {
            Files.createFile(directory.resolve(name));
        }
        assertEquals(List.of(new Leader(1, 2)), records.all());
        container.remove();
        assertFalse(container.exists());
    }

    @Test
    void anExecThatComesTooLateIsToldAndLeavesNothing() {
        container.remove();
        LinuxException e = assertThrows(LinuxException.class, () -> records.add(new Leader(1, 2)));
        assertTrue(e.is(Errno.ENOENT), e.getMessage());
        assertFalse(container.exists());
    }

    @Test
    void manyAddAtTheSameTime() throws Exception {
        List<Leader> leaders =
                IntStream.rangeClosed(1, 500).mapToObj(pid -> new Leader(pid, pid)).toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Leader leader : leaders) {
                threads.execute(() -> records.add(leader));
            }
        }
        assertEquals(Set.copyOf(leaders), records.all().stream().collect(Collectors.toSet()));
    }

    @Test
    void oneClearsUpAtATime() {
        records.add(new Leader(1, 2));
        try (Fd _ = records.tryLock().orElseThrow()) {
            assertTrue(records.tryLock().isEmpty());
            records.add(new Leader(2, 3)); // which holds nobody up
        }
        records.tryLock().orElseThrow().close();
    }
}
