package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static io.reaper.shim.program.Calls.kill;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.shutdown;
import static io.reaper.shim.program.Calls.waiting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.proto.runtimeoptions.Options;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StartResponse;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Isolated containers by the installed programs: the runtime is told the mode when it creates one,
 * and nobody needs it afterwards.
 */
class IsolationKernelTest extends ShimKernelTest {

    private static final Any ISOLATED =
            Any.newBuilder()
                    .setTypeUrl("runtimeoptions.v1.Options")
                    .setValue(
                            Options.newBuilder()
                                    .setConfigBody(
                                            ByteString.copyFromUtf8("REAPER_ISOLATION = 'oci'\n"))
                                    .build()
                                    .toByteString())
                    .build();

    private Path bundle(String container) throws Exception {
        Path bundle = shim.bundle(container, "exec sleep 1000");
        Path bin = Files.createDirectories(bundle.resolve("rootfs/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : new String[] {"sh", "sleep"}) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Path config = bundle.resolve("config.json");
        String document = Files.readString(config);
        Files.writeString(
                config,
                document.substring(0, document.length() - 1)
                        + """
                        ,"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],
                         "linux":{"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"uts"}]}}\
                        """);
        return bundle;
    }

    private static Path namespace(long pid, String type) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + type));
    }

    private static int exec(Client client, String container) throws Exception {
        String process =
                "{\"cwd\":\"/\",\"env\":[\"PATH=/bin\"],\"user\":{\"uid\":0,\"gid\":0},"
                        + "\"args\":[\"/bin/sleep\",\"1000\"]}";
        Any spec =
                Any.newBuilder()
                        .setTypeUrl("types.containerd.io/opencontainers/runtime-spec/1/Process")
                        .setValue(ByteString.copyFromUtf8(process))
                        .build();
        client.call(
                "Exec",
                ExecProcessRequest.newBuilder()
                        .setId(container)
                        .setExecId("e")
                        .setSpec(spec)
                        .build());
        StartRequest start = StartRequest.newBuilder().setId(container).setExecId("e").build();
        return StartResponse.parseFrom(client.call("Start", start)).getPid();
    }

    @Test
    void itIsTheChoiceOfAHandlersOptions() throws Exception {
        Path bundle = bundle(id);
        Client client = shim.startDaemon(id, bundle);
        int pid =
                newContainer(
                        client,
                        Calls.creation(id, bundle).toBuilder().setOptions(ISOLATED).build());
        client.call("Start", StartRequest.newBuilder().setId(id).build());
        int exec = exec(client, id);
        long self = ProcessHandle.current().pid();
        for (String type : new String[] {"pid", "mnt", "uts"}) {
            assertNotEquals(namespace(self, type), namespace(pid, type));
            assertEquals(namespace(pid, type), namespace(exec, type));
        }
        assertEquals(namespace(self, "net"), namespace(pid, "net"), "none is asked for");
        kill(client, id);
        WaitResponse end =
                WaitResponse.parseFrom(
                        client.call("Wait", waiting(id).toBuilder().setExecId("e").build()));
        assertEquals(128 + 9, end.getExitStatus(), "with its init");
        assertEquals(128 + 9, delete(client, id).getExitStatus());
        shutdown(client, id);
        client.awaitEnd();
    }

    @Test
    void orOfTheEnvironmentAndADeadShimsIsDeletedWithoutIt() throws Exception {
        shim.environment.put("REAPER_ISOLATION", "oci");
        Path bundle = bundle(id);
        Client client = shim.startDaemon(id, bundle);
        int pid = createAndStart(client, id, bundle);
        assertNotEquals(namespace(ProcessHandle.current().pid(), "pid"), namespace(pid, "pid"));
        client.killDaemon();
        shim.environment.put("REAPER_ISOLATION", "host");
        Result deleted = shim.delete(id, bundle);
        assertEquals(0, deleted.status(), deleted.stderr());
        assertFalse(lives(pid));
        shim.awaitNoState();
    }

    @Test
    void itsProgramsExitIsTold() throws Exception {
        shim.environment.put("REAPER_ISOLATION", "oci");
        Path bundle = bundle(id);
        Path config = bundle.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replace("exec sleep 1000", "exit $((6 + $$))"));
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        assertEquals(7, exit(client, id), "6, and 1, which is its pid");
        delete(client, id);
        shutdown(client, id);
        client.awaitEnd();
    }
}
