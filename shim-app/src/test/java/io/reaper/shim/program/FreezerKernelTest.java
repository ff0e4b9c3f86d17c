package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.Cgroup;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.StateResponse;
import io.reaper.proto.types.Status;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.testing.Await;
import io.reaper.testing.Root;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What State says of a container that somebody else freezes, by the installed programs. */
@Tag("kernel")
@Timeout(300)
class FreezerKernelTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final String id = "freezer-test-" + Long.toHexString(System.nanoTime());

    @TempDir private Path directory;
    private ShimProgram shim;

    @BeforeEach
    void open() throws Exception {
        Root.assume();
        shim = new ShimProgram(directory);
    }

    @AfterEach
    void close() throws Exception {
        if (shim != null) {
            shim.end();
        }
    }

    @Test
    void frozenAndThawed() throws Exception {
        Path bundle = shim.bundle(id, "sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int pid =
                CreateTaskResponse.parseFrom(client.call("Create", shim.create(id, bundle)))
                        .getPid();
        assertEquals(Status.CREATED, state(client));
        client.call("Start", StartRequest.newBuilder().setId(id).build());
        assertEquals(Status.RUNNING, state(client));
        Path freeze = unifiedGroup(pid).resolve("cgroup.freeze");
        Files.writeString(freeze, "1");
        try {
            awaitState(client, Status.PAUSED);
        } finally {
            Files.writeString(freeze, "0");
        }
        awaitState(client, Status.RUNNING);
    }

    private static Path unifiedGroup(int pid) throws Exception {
        String line =
                Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
                        .filter(group -> group.startsWith("0::"))
                        .findFirst()
                        .orElseThrow();
        return Cgroup.at(Cgroup.unifiedMount().orElseThrow(), line.substring(3)).directory();
    }

    private Status state(Client client) {
        StateRequest request = StateRequest.newBuilder().setId(id).build();
        try {
            return StateResponse.parseFrom(client.call("State", request)).getStatus();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void awaitState(Client client, Status expected) {
        AtomicReference<Status> last = new AtomicReference<>();
        Await.until(
                LIMIT,
                () -> {
                    last.set(state(client));
                    return last.get() == expected;
                },
                () -> expected + ": " + last);
    }
}
