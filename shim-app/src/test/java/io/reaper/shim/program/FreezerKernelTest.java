package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.start;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.StateResponse;
import io.reaper.proto.types.Status;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What State says of a container that somebody else freezes, by the installed programs. */
class FreezerKernelTest extends ShimKernelTest {

    @Test
    void frozenAndThawed() throws Exception {
        Path bundle = shim.bundle(id, "sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        int pid = newContainer(client, id, bundle);
        assertEquals(Status.CREATED, state(client));
        start(client, id);
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
        return Cgroup.at(Hierarchies.unifiedMount().orElseThrow(), line.substring(3)).directory();
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
