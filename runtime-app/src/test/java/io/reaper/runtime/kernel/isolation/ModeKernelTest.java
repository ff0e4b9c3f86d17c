package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.contract.Isolation;
import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A container is what it was created as, whatever the setting says later. */
@Tag("kernel")
class ModeKernelTest {

    private static final String OWN_NAMES = "readlink /proc/self/ns/uts";

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private IsolatedBundle bundle;

    @BeforeEach
    void prepare() {
        bundle = IsolatedBundle.script(runtime.work().resolve("bundle"), "exec sleep 1000");
    }

    private static List<String> set(Isolation mode) {
        return List.of("env", "REAPER_ISOLATION=" + mode.word());
    }

    private static Isolation other(Isolation mode) {
        return mode == Isolation.OCI ? Isolation.HOST : Isolation.OCI;
    }

    private String ok(Isolation setting, String... args) {
        Result result = runtime.run(set(setting), args);
        assertEquals(new Result(0, result.out(), ""), result, () -> String.join(" ", args));
        return result.out();
    }

    private JsonNode stateFile() throws IOException {
        Path file = runtime.root().resolve(runtime.id()).resolve("state.json");
        return RuntimeExtension.json(Files.readString(file));
    }

    /** A state.json without the key is how earlier versions wrote it. */
    @ParameterizedTest
    @EnumSource
    void everyVerbGoesByTheModeOfCreate(Isolation mode) throws IOException {
        String id = runtime.id();
        Isolation later = other(mode);
        ok(mode, "create", "-b", bundle.toString(), id);
        assertEquals(mode == Isolation.OCI ? "oci" : "", stateFile().path("isolation").asText());
        assertEquals(mode == Isolation.OCI, stateFile().path("ownPids").booleanValue());
        ok(later, "start", id);
        String node = Files.readSymbolicLink(Path.of("/proc/self/ns/uts")) + "\n";
        String seen = ok(later, "exec", id, "sh", "-c", OWN_NAMES);
        if (mode == Isolation.OCI) {
            assertNotEquals(node, seen);
        } else {
            assertEquals(node, seen);
        }
        long pid = runtime.state(id).get("pid").asLong();
        ok(later, "kill", id, "KILL");
        RuntimeExtension.await("its end", () -> runtime.status(id).equals("stopped"));
        assertFalse(RuntimeExtension.lives(pid));
        ok(later, "delete", id);
        assertFalse(Files.exists(runtime.root().resolve(id)));
    }

    @ParameterizedTest
    @EnumSource
    void deleteByForceToo(Isolation mode) {
        String id = runtime.id();
        ok(mode, "run", "-d", "-b", bundle.toString(), id);
        ok(other(mode), "exec", "-d", id, "sleep", "1000");
        ok(other(mode), "ps", id);
        ok(other(mode), "delete", "--force", id);
        assertFalse(Files.exists(runtime.root().resolve(id)));
    }

    @Test
    void aDamagedModeIsADamagedState() throws IOException {
        String id = runtime.id();
        ok(Isolation.OCI, "create", "-b", bundle.toString(), id);
        Path file = runtime.root().resolve(id).resolve("state.json");
        ObjectNode state = (ObjectNode) stateFile();
        Files.writeString(file, state.put("isolation", "vm").toString());
        assertTrue(runtime.refused("state", id).contains("isolation"), "names it");
        runtime.ok("delete", "--force", id);
    }

    @Test
    void theSettingIsReadFromTheFileToo() throws IOException {
        Path file = runtime.work().resolve("reaper.conf");
        Files.writeString(file, "REAPER_ISOLATION=oci\n");
        List<String> env = List.of("env", "-u", "REAPER_ISOLATION", "REAPER_CONFIG=" + file);
        String[] create = {"create", "-b", bundle.toString(), runtime.id()};
        assertEquals(new Result(0, "", ""), runtime.run(env, create));
        assertEquals("oci", stateFile().get("isolation").asText());
        Files.writeString(file, "REAPER_ISOLATION=vm\n");
        assertEquals(
                new Result(1, "", "REAPER_ISOLATION=vm: unknown value; there are host and oci\n"),
                runtime.run(env, create));
        runtime.ok("delete", runtime.id());
    }

    @Test
    void featuresTellTheSetting() {
        for (Isolation mode : Isolation.values()) {
            JsonNode features = RuntimeExtension.json(ok(mode, "features"));
            assertEquals(mode.word(), features.at("/annotations/io.reaper.isolation").asText());
            assertEquals(6, features.at("/linux/namespaces").size());
        }
    }

    /** In host mode the runtime's own placeholder would run, since the image is not entered. */
    @Test
    void aSandboxRunsTheImagesOwnProgram() {
        String kind = "io.kubernetes.cri.container-type";
        bundle.config().putObject("annotations").put(kind, "sandbox");
        bundle.write();
        ok(Isolation.OCI, "run", "-d", "-b", bundle.toString(), runtime.id());
        long pid = runtime.state(runtime.id()).get("pid").asLong();
        String command = RuntimeExtension.text(Path.of("/proc/" + pid + "/cmdline"));
        assertEquals("sleep\0" + "1000\0", command);
    }
}
