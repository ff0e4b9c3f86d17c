package io.reaper.runtime.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RuntimeLogTest {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir Path dir;

    private static String line(LogFormat format, String message) {
        Optional<ErrorCode> code = Optional.of(ErrorCode.E_CONTAINER_NOT_FOUND);
        return new String(
                RuntimeLog.line(format, "error", message, TIME, code), StandardCharsets.UTF_8);
    }

    @Test
    void linesLookAsRuncsDo() {
        assertEquals(
                "time=\"2026-01-02T03:04:05Z\" level=error msg=\"container does not exist: a\""
                        + " code=E_CONTAINER_NOT_FOUND\n",
                line(LogFormat.TEXT, "container does not exist: a"));
        assertEquals(
                "{\"level\":\"error\",\"msg\":\"exec: \\\"x\\\":"
                    + " denied\",\"time\":\"2026-01-02T03:04:05Z\",\"code\":\"E_CONTAINER_NOT_FOUND\"}\n",
                line(LogFormat.JSON, "exec: \"x\": denied"));
    }

    @Test
    void aMessageNeverBecomesTwoLines() {
        for (LogFormat format : LogFormat.values()) {
            assertEquals(1, line(format, "a\nb\r\"c\\\u0001").lines().count());
        }
        assertEquals(
                "time=\"2026-01-02T03:04:05Z\" level=error msg=\"a\\n"
                        + "b\\\"\\x01\" code=E_CONTAINER_NOT_FOUND\n",
                line(LogFormat.TEXT, "a\nb\"\u0001"));
    }

    @Test
    void entriesAreAppendedAndDebugOnesOnlyIfAsked() throws IOException {
        Path file = dir.resolve("log");
        for (boolean debug : new boolean[] {false, true}) {
            try (RuntimeLog log = RuntimeLog.open(file, LogFormat.JSON, debug)) {
                log.debug("d");
                log.warning("w");
            }
        }
        List<String> lines = Files.readAllLines(file);
        assertEquals(3, lines.size(), lines.toString());
        assertTrue(lines.get(1).contains("\"level\":\"debug\""));
    }

    @Test
    @Timeout(60)
    void aFifoNobodyReadsIsRefusedAtOnce() {
        LinuxFiles.mkfifo(dir.resolve("fifo"), 0600);
        assertThrows(
                LinuxException.class,
                () -> RuntimeLog.open(dir.resolve("fifo"), LogFormat.TEXT, false));
    }
}
