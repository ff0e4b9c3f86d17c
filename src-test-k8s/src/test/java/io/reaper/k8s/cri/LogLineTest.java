package io.reaper.k8s.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLineTest {
    @Test
    void aLineThatIsBeingWrittenIsNotReadYet(@TempDir Path directory) throws IOException {
        String start = "2026-01-02T03:04:05.678901234Z stdout F ";
        Path log = directory.resolve("0.log");

        Files.writeString(log, start + "line-1\n2026-01");
        assertEquals("line-1\n", LogLine.text(LogLine.read(log)));
        Files.writeString(log, start + "line-1\n" + start + "line-1");
        assertEquals("line-1\n", LogLine.text(LogLine.read(log)));
        Files.writeString(log, start);
        assertEquals("", LogLine.text(LogLine.read(log)));
    }

    /**
     * As containerd does, which tells of a container's end before it has written all of the log.
     */
    @Test
    void aLogIsCompleteWhenItsWriterHasClosedIt(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path log = directory.resolve("0.log");
        String line = "2026-01-02T03:04:05.678901234Z stdout F ";
        Process writer =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "exec >>\"$1\"; echo \"$2\"first; read go; echo \"$2\"last",
                                "sh",
                                log.toString(),
                                line)
                        .start();
        try {
            Await.until(
                    CriNode.DEADLINE,
                    () -> CriNode.Text.of(log).endsWith("first\n"),
                    () -> "the first line: " + CriNode.Text.of(log));
            Thread ends =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try (var input = writer.outputWriter()) {
                                            Thread.sleep(200); // readAll waits meanwhile
                                            input.write("go\n");
                                        } catch (IOException | InterruptedException e) {
                                            throw new AssertionError(e);
                                        }
                                    });
            List<LogLine> lines = LogLine.readAll(log);
            assertEquals("first\nlast\n", LogLine.text(lines));
            ends.join();
        } finally {
            writer.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }
}
