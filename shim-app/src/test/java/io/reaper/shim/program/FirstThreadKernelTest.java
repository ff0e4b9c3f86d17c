package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Pidfd;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Await;
import io.reaper.testing.FirstThreadEnds;
import io.reaper.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A container whose first thread has ended while another runs: it lives. */
class FirstThreadKernelTest extends ShimKernelTest {

    private static String stat(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void deleteEndsItWithoutDaemonAndRuntime() throws Exception {
        Path runtime = directory.resolve("runtime");
        Files.createSymbolicLink(runtime, Programs.runtime());
        shim.environment.put("REAPER_RUNTIME_PATH", runtime.toString());
        Path program = FirstThreadEnds.write(directory.resolve("program"));
        Path bundle = shim.bundle(id, "exec " + program);
        Client client = shim.startDaemon(id, bundle);
        int pid = createAndStart(client, id, bundle);
        Await.until(LIMIT, () -> stat(pid).contains(") Z "), () -> stat(pid));
        client.killDaemon();
        Path away = Files.move(runtime, directory.resolve("away"));
        try (Pidfd init = Pidfd.open(pid)) {
            Result result = shim.delete(id, bundle);
            assertEquals(0, result.status(), result.stderr());
            assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
            assertTrue(init.awaitExit(Deadline.after(Duration.ofSeconds(20))), "it lives on");
        } finally {
            Files.move(away, runtime);
        }
    }
}
