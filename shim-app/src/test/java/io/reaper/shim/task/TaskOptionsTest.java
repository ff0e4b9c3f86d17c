package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.contract.Settings;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.runtimeoptions.Options;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.Children;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.ConfiguredRuntimes;
import io.reaper.shim.runtime.ContainerRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client's options make of a container. */
@Timeout(60)
class TaskOptionsTest {

    @TempDir private Path directory;

    private static Any options(String toml) {
        Options options = Options.newBuilder().setConfigBody(ByteString.copyFromUtf8(toml)).build();
        return Any.newBuilder()
                .setTypeUrl("runtimeoptions.v1.Options")
                .setValue(options.toByteString())
                .build();
    }

    @Test
    void eachContainerHasARuntimeOfItsOwn() {
        Children children = new FakeChildren();
        Settings node = Settings.defaults().with(Map.of("REAPER_RUNTIME_PATH", "/node"));
        ConfiguredRuntimes runtimes = new ConfiguredRuntimes(node, children, ShimLog.silent());
        ContainerRuntime usual = runtimes.by(Any.getDefaultInstance(), ShimLog.silent());
        assertEquals("/node", usual.path());
        assertEquals(Path.of("/run/reaper"), usual.root());
        assertEquals(usual, runtimes.by(options("SystemdCgroup = true"), ShimLog.silent()));
        ContainerRuntime other =
                runtimes.by(
                        options("REAPER_RUNTIME_ROOT = '/other'\nREAPER_HOST_HOOKS = 'run'"),
                        ShimLog.silent());
        assertEquals("/node", other.path());
        assertEquals(Path.of("/other"), other.root());
        assertEquals(
                Map.of("REAPER_RUNTIME_ROOT", "/other", "REAPER_HOST_HOOKS", "run"),
                other.settings());
    }

    @Test
    void theBundleKeepsWhatWasChosen() {
        Map<String, String> chosen = Map.of("REAPER_RUNTIME_PATH", "/a \"b\"", "REAPER_X", "");
        try (Fixture fixture = new Fixture(directory, chosen)) {
            fixture.create("a");
            ShimRecord record = ShimRecord.read(fixture.bundle("a")).orElseThrow();
            assertEquals(chosen, record.settings());
            assertEquals(chosen, record.asRemoved().settings());
            record.asRemoved().write(fixture.bundle("a"));
            assertEquals(chosen, ShimRecord.read(fixture.bundle("a")).orElseThrow().settings());
        }
    }

    @Test
    void ofAnEarlierShimNothingIsKnown() throws Exception {
        Files.writeString(
                directory.resolve("shim.json"),
                "{\"id\":\"a\",\"runtime\":\"r\",\"runtimeRoot\":\"/r\",\"settings\":null,\"pid\":3}");
        ShimRecord record = ShimRecord.read(directory).orElseThrow();
        assertEquals(Map.of(), record.settings());
        assertEquals(3, record.pid());
    }

    @Test
    void wrongOptionsLeaveNothing() {
        try (Fixture fixture = new Fixture(directory)) {
            CreateTaskRequest wrong =
                    fixture.request("a").setOptions(options("REAPER_ISOLATION = 'vm'")).build();
            ShimException failure =
                    assertThrows(
                            ShimException.class, () -> fixture.tasks.create(wrong, Deadline.NONE));
            assertEquals(ShimException.Kind.INVALID_ARGUMENT, failure.kind());
            assertTrue(fixture.tasks.isEmpty());
            assertEquals(List.of(), fixture.runtime.commands);
            assertEquals(List.of(), fixture.events);
            assertFalse(Files.exists(fixture.bundle("a").resolve("shim.json")));
            fixture.create("a");
        }
    }
}
