package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.StateResponse;
import io.reaper.proto.types.Status;
import io.reaper.shim.program.ShimProgram.Client;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/**
 * A Start that fails: whoever deletes right behind the answer can, for the end is known by then.
 */
class FailedStartKernelTest extends ShimKernelTest {

    private static final int ROUNDS = "jvm".equals(System.getProperty("reaper.mode")) ? 3 : 50;

    @Test
    void ofAHook() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Path config = bundle.resolve("config.json");
        String document = Files.readString(config);
        String hooks = ",\"hooks\":{\"startContainer\":[{\"path\":\"/bin/false\"}]}}";
        Files.writeString(config, document.substring(0, document.length() - 1) + hooks);
        failAndDelete(bundle, "/bin/false");
    }

    @Test
    void ofAProgramThatTheKernelCannotRun() throws Exception {
        Path bundle = shim.bundle(id, "exit 0");
        Path program = Files.writeString(bundle.resolve("program"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path config = bundle.resolve("config.json");
        String document = Files.readString(config);
        Files.writeString(
                config,
                document.replace("[\"/bin/sh\",\"-c\",\"exit 0\"]", "[\"" + program + "\"]"));
        failAndDelete(bundle, program.toString());
    }

    private void failAndDelete(Path bundle, String reason) throws Exception {
        Client client = shim.startDaemon(id, bundle);
        StartRequest start = StartRequest.newBuilder().setId(id).build();
        for (int i = 0; i < ROUNDS; i++) {
            newContainer(client, id, bundle);
            String message = refusal(client, "Start", start).getMessage();
            assertTrue(message.contains(reason), message);
            // containerd's client asks first, and deletes what has stopped only
            assertEquals(Status.STOPPED, status(client), "round " + i);
            int exit = delete(client, id).getExitStatus();
            assertTrue(exit != 0, "the status of init, which has failed");
            assertEquals("/tasks/create", shim.nextEvent());
            assertEquals("/tasks/exit " + exit, shim.nextEvent());
            assertEquals("/tasks/delete", shim.nextEvent());
        }
    }

    private Status status(Client client) throws Exception {
        StateRequest request = StateRequest.newBuilder().setId(id).build();
        return StateResponse.parseFrom(client.call("State", request)).getStatus();
    }
}
