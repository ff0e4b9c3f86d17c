package io.reaper.shim.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeLogTest {

    @Test
    void theLastErrorCounts() {
        String log =
                """
                {"level":"error","msg":"first","time":"2026-01-01T00:00:00Z"}
                {"level":"warning","msg":"ignored"}
                {"level":"error","msg":"last: \\"quoted\\""}
                {"level":"info","msg":"ignored"}
                not json
                {"level":"error"
                [1,2]
                {"level":"error","msg":""}
                """;
        assertEquals(Optional.of("last: \"quoted\""), RuntimeLog.lastError(log));
        assertEquals(Optional.empty(), RuntimeLog.lastError(""));
    }

    @Test
    void earlierCommandsDoNotCount(@TempDir Path bundle) throws Exception {
        Path log = bundle.resolve("log.json");
        assertEquals(0, RuntimeLog.end(log));
        assertEquals(Optional.empty(), RuntimeLog.lastError(log, 0));
        Files.writeString(log, "{\"level\":\"error\",\"msg\":\"old\"}\n");
        long end = RuntimeLog.end(log);
        assertEquals(Optional.empty(), RuntimeLog.lastError(log, end));
        Files.writeString(
                log, "{\"level\":\"error\",\"msg\":\"new\"}\n", StandardOpenOption.APPEND);
        assertEquals(Optional.of("new"), RuntimeLog.lastError(log, end));
    }
}
