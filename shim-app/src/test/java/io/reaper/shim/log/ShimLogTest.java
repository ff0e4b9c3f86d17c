package io.reaper.shim.log;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDWR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimLogTest {

    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir private Path directory;

    private ShimLog open(Path file) {
        return ShimLog.open(Optional.of(file), Optional.of(directory), "ns", "id", false);
    }

    @Test
    void oneLineAnEntry() throws Exception {
        Path file = directory.resolve("shim.log");
        ShimLog log = open(file);
        log.info("two\nlines\tand \u001b[31mcolour");
        log.debug("not asked for");
        log.warn("careful");
        log.refused(ErrorCode.E_EXEC_NOT_FOUND, "Kill: no");
        log.warn("delete", ShimException.notFound(ErrorCode.E_CONTAINER_NOT_FOUND, "gone"));
        log.error("delete", new IllegalStateException("odd"));
        List<String> lines = Files.readAllLines(file);
        assertEquals(5, lines.size());
        String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";
        assertTrue(lines.get(0).matches(time + " INFO ns/id two lines and  \\[31mcolour"));
        assertTrue(lines.get(1).matches(time + " WARN ns/id careful"), lines.get(1));
        assertTrue(lines.get(2).endsWith(" INFO ns/id E_EXEC_NOT_FOUND Kill: no"), lines.get(2));
        assertTrue(
                lines.get(3).endsWith(" WARN ns/id E_CONTAINER_NOT_FOUND delete: gone"),
                lines.get(3));
        assertTrue(
                lines.get(4).contains(" ERROR ns/id E_INTERNAL delete: internal error in "),
                lines.get(4));
    }

    @Test
    void appends() throws Exception {
        Path file = Files.writeString(directory.resolve("shim.log"), "before\n");
        open(file).error(ErrorCode.E_INTERNAL, "x");
        assertEquals(2, Files.readAllLines(file).size());
    }

    @Test
    void anUnusablePathStopsNothing() {
        open(Path.of("/proc/none/shim.log")).error(ErrorCode.E_INTERNAL, "x");
        open(directory).error(ErrorCode.E_INTERNAL, "x");
    }

    @Test
    void problemsGoToTheFifoOfContainerd() {
        LinuxFiles.mkfifo(directory.resolve("log"), 0700);
        try (Fd reader = Fd.open(directory.resolve("log"), O_RDWR)) {
            ShimLog log = ShimLog.open(Optional.empty(), Optional.of(directory), "ns", "id", true);
            log.info("no problem");
            log.warn("a problem");
            byte[] bytes = new byte[4096];
            String said = new String(bytes, 0, reader.read(bytes, 0, 4096), StandardCharsets.UTF_8);
            assertTrue(said.endsWith(" WARN ns/id a problem\n"), said);
            assertEquals(1, said.lines().count());
        }
    }

    /** containerd reads the FIFO of each bundle. */
    @Test
    void aContainersProblemsGoToItsOwnFifo() throws Exception {
        Path file = directory.resolve("shim.log");
        Path bundle = Files.createDirectory(directory.resolve("other"));
        ShimLog log = open(file).of("other", bundle);
        log.warn("nobody reads");
        LinuxFiles.mkfifo(directory.resolve("log"), 0700);
        LinuxFiles.mkfifo(bundle.resolve("log"), 0700);
        try (Fd group = Fd.open(directory.resolve("log"), O_RDWR | O_NONBLOCK);
                Fd reader = Fd.open(bundle.resolve("log"), O_RDWR)) {
            log.warn("a problem");
            byte[] bytes = new byte[4096];
            String said = new String(bytes, 0, reader.read(bytes, 0, 4096), StandardCharsets.UTF_8);
            assertTrue(said.endsWith(" WARN ns/other a problem\n"), said);
            LinuxException empty =
                    assertThrows(LinuxException.class, () -> group.read(bytes, 0, 4096));
            assertEquals(Errno.EAGAIN, empty.errno());
        }
        assertEquals(2, Files.readAllLines(file).size());
    }

    @Test
    void aFifoWithoutReaderDoesNotBlock() {
        LinuxFiles.mkfifo(directory.resolve("log"), 0700);
        ShimLog log = ShimLog.open(Optional.empty(), Optional.of(directory), "ns", "id", false);
        assertTimeoutPreemptively(SOON, () -> log.error(ErrorCode.E_INTERNAL, "nobody reads"));
    }

    @Test
    void aFullFifoDoesNotBlock() {
        LinuxFiles.mkfifo(directory.resolve("log"), 0700);
        ShimLog log = ShimLog.open(Optional.empty(), Optional.of(directory), "ns", "id", false);
        String entry = "x".repeat(3000);
        try (Fd reader = Fd.open(directory.resolve("log"), O_RDWR)) {
            assertTimeoutPreemptively(
                    SOON,
                    () -> {
                        for (int i = 0; i < 100; i++) {
                            log.error(ErrorCode.E_INTERNAL, entry);
                        }
                    });
            assertEquals(1, reader.read(new byte[1], 0, 1));
        }
    }

    @Test
    void whatIsNoFifoIsNotWrittenTo() throws Exception {
        Path file = Files.writeString(directory.resolve("log"), "");
        ShimLog.open(Optional.empty(), Optional.of(directory), "ns", "id", false)
                .error(ErrorCode.E_INTERNAL, "x");
        assertEquals("", Files.readString(file));
    }

    @Test
    void aLogFileThatIsAFifoWithoutReaderIsReported() {
        LinuxFiles.mkfifo(directory.resolve("stuck"), 0700);
        assertTimeoutPreemptively(
                SOON, () -> open(directory.resolve("stuck")).error(ErrorCode.E_INTERNAL, "x"));
    }
}
