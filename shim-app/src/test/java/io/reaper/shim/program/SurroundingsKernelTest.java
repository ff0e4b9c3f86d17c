package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.proto.task.ResizePtyRequest;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Programs;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the installed shim finds around it: variables, the runtime's place, a large config.json. */
class SurroundingsKernelTest extends ShimKernelTest {

    private static final List<String> SUPERVISORS =
            List.of("NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES");

    /** A runtime that notes the environment of each of its commands. */
    private Path recording(Path place) throws Exception {
        Path program = Files.createDirectories(place).resolve("reaper-runtime");
        Files.writeString(
                program,
                "#!/bin/sh\nenv >>%s\nexec %s \"$@\"\n".formatted(noted(), Programs.runtime()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private Path noted() {
        return directory.resolve("noted");
    }

    private void life(Client client, Path bundle) throws Exception {
        createAndStart(client, id, bundle);
        assertEquals(3, exit(client, id));
        delete(client, id);
    }

    @Test
    void whatASupervisorSaysGoesNoFurther() throws Exception {
        SUPERVISORS.forEach(name -> shim.environment.put(name, "1"));
        Path program = recording(directory.resolve("place"));
        shim.environment.put("REAPER_RUNTIME_PATH", program.toString());
        Path bundle = shim.bundle(id, "exit 3");
        Client client = shim.startDaemon(id, bundle);
        Path environ = Path.of("/proc/" + client.pid + "/environ");
        String daemons = Files.readString(environ, StandardCharsets.ISO_8859_1);
        life(client, bundle);
        String commands = Files.readString(noted());
        assertTrue(commands.contains("TTRPC_ADDRESS="), commands);
        for (String name : SUPERVISORS) {
            assertFalse(commands.contains(name + "="), "of the runtime: " + name);
            assertFalse(daemons.contains(name + "="), "of the daemon: " + name);
        }
    }

    /** In a mount namespace where /usr/local/bin is empty. */
    private Client startWithoutUsual(Path bundle) throws Exception {
        shim.environment.put("REAPER_CONFIG", "/dev/null");
        shim.environment.put("REAPER_RUNTIME_PATH", "");
        String hide = "mount -t tmpfs tmpfs /usr/local/bin && exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("/usr/bin/unshare", "--mount"));
        command.addAll(List.of("--propagation", "private", "/bin/sh", "-c", hide, "sh"));
        command.add(Programs.shim().toString());
        command.addAll(List.of(shim.start(id)));
        Result result = ShimProgram.finish(shim.launch(bundle, shim.bootstrap(id), command));
        assertEquals(0, result.status(), result.stderr());
        return shim.connect(result.text());
    }

    @Test
    void theRuntimeIsFoundInPath() throws Exception {
        Path place = directory.resolve("place");
        recording(place);
        shim.environment.put("PATH", "relative::" + place + ":/usr/sbin:/usr/bin:/sbin:/bin");
        Path bundle = shim.bundle(id, "exit 3");
        life(startWithoutUsual(bundle), bundle);
        assertTrue(Files.exists(noted()), "another one was taken");
    }

    @Test
    void theRuntimeIsFoundBesideTheShim() throws Exception {
        shim.environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Path bundle = shim.bundle(id, "exit 3");
        life(startWithoutUsual(bundle), bundle);
    }

    /** Start needs two annotations of it. */
    @Test
    void aConfigurationOfAMillionKeys() throws Exception {
        Path bundle = shim.bundle(id, "exit 3", "io.containerd.runc.v2.group", id + "-group");
        Path config = bundle.resolve("config.json");
        String document = Files.readString(config);
        try (Writer writer = Files.newBufferedWriter(config)) {
            writer.write(document.substring(0, document.length() - 1));
            writer.write(",\"x\":{");
            for (int i = 0; i < 1_000_000; i++) {
                writer.write("\"k" + i + "\":1,");
            }
            writer.write("\"\":1}}");
        }
        Client client = shim.startDaemon(id, bundle);
        assertTrue(ShimProgram.commandLine(client.pid).contains(" -id " + id + "-group "));
    }

    @Test
    void aResizeOfWhatHasEndedIsAnswered() throws Exception {
        Path bundle = shim.bundle(id, "exit 3");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        exit(client, id);
        client.call(
                "ResizePty",
                ResizePtyRequest.newBuilder().setId(id).setWidth(80).setHeight(24).build());
        delete(client, id);
    }
}
