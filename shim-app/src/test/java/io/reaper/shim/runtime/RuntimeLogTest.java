package io.reaper.shim.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.runtime.RuntimeLog.Said;
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
        assertEquals(Optional.of(Said.plainly("last: \"quoted\"")), RuntimeLog.lastError(log));
        assertEquals(Optional.empty(), RuntimeLog.lastError(""));
    }

    @Test
    void theRuntimesCodeIsKeptIfWeKnowIt() {
        String log = "{\"level\":\"error\",\"msg\":\"no\",\"code\":\"%s\"}";
        assertEquals(
                Optional.of(new Said(ErrorCode.E_PROGRAM_NOT_FOUND, "no")),
                RuntimeLog.lastError(log.formatted("E_PROGRAM_NOT_FOUND")));
        assertEquals(
                Optional.of(Said.plainly("no")), RuntimeLog.lastError(log.formatted("E_FUTURE")));
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
        assertEquals(Optional.of(Said.plainly("new")), RuntimeLog.lastError(log, end));
    }
}
