package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A container whose cgroup somebody has frozen is paused; the verbs say so, and end it. */
@Tag("kernel")
class FrozenKernelTest {

    private static final String REFUSED_EXEC =
            "exec failed: cannot exec in a paused container (use --ignore-paused to override)\n";

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private long created() {
        runtime.ok("create", "-b", runtime.program("sleep", "1000").toString(), runtime.id());
        return runtime.state(runtime.id()).get("pid").asLong();
    }

    private long running() {
        long init = created();
        runtime.ok("start", runtime.id());
        return init;
    }

    @Test
    void stateAndListSayPausedWithThePid() throws IOException {
        long init = running();
        try (FrozenCgroup frozen = FrozenCgroup.of(init)) {
            JsonNode state = runtime.state(runtime.id());
            assertEquals("paused", state.get("status").asText());
            assertEquals(init, state.get("pid").asLong());
            assertEquals(
                    state, RuntimeExtension.json(runtime.ok("list", "--format", "json")).get(0));
            assertTrue(runtime.ok("list").contains(" paused "));
            assertEquals("[" + init + "]\n", runtime.ok("ps", "--format", "json", runtime.id()));
            frozen.thaw();
        }
        assertEquals("running", runtime.status(runtime.id()));
    }

    private void assertNeitherStartedNorDeletedNorEntered(String id) {
        assertEquals(
                "cannot start container " + id + " in the paused state",
                runtime.refused("start", id));
        assertEquals(
                "cannot delete container " + id + " that is not stopped: paused",
                runtime.refused("delete", id));
        assertEquals(new Result(255, "", REFUSED_EXEC), runtime.run("exec", id, "true"));
    }

    @Test
    void aRunningOneIsNeitherStartedNorDeletedNorEntered() throws IOException {
        String id = runtime.id();
        try (FrozenCgroup frozen = FrozenCgroup.of(running())) {
            assertNeitherStartedNorDeletedNorEntered(id);
            assertEquals(1, frozen.processes());
        }
        assertEquals(new Result(0, "", ""), runtime.run("exec", id, "true"));
    }

    @Test
    void aCreatedOneIsStartedOnceItIsThawed() throws IOException {
        String id = runtime.id();
        try (FrozenCgroup frozen = FrozenCgroup.of(created())) {
            assertEquals("paused", runtime.status(id));
            assertNeitherStartedNorDeletedNorEntered(id);
            assertEquals(
                    "exec failed: container not running: " + id + " is created\n",
                    runtime.run("exec", "--ignore-paused", id, "true").err());
            frozen.thaw();
        }
        assertEquals("created", runtime.status(id));
        runtime.ok("start", id);
        assertEquals("running", runtime.status(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill ID KILL", "kill --all ID KILL", "delete --force ID"})
    void itsEndNeedsNoThaw(String command) throws IOException {
        long init = running();
        try (FrozenCgroup frozen = FrozenCgroup.of(init)) {
            runtime.ok(command.replace("ID", runtime.id()).split(" ", -1));
            awaitEnd(init);
            if (command.startsWith("kill")) {
                assertEquals("stopped", runtime.status(runtime.id()), "though still frozen");
                runtime.ok("delete", runtime.id());
            }
            assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
            assertEquals(0, frozen.processes());
        }
    }

    @Test
    void deletionWaitsForTheEndOfOneThatWasKilled() throws IOException {
        try (FrozenCgroup frozen = FrozenCgroup.of(running())) {
            runtime.ok("kill", runtime.id(), "KILL");
            runtime.ok("delete", runtime.id());
            assertEquals(0, frozen.processes());
        }
    }

    @Test
    void aSignalThatTheProgramHandlesComesWithTheThaw() throws IOException {
        Path out = runtime.work().resolve("out");
        String script = "trap 'exit 3' TERM; echo ready >" + out + "; while :; do sleep 0.05; done";
        runtime.ok("run", "-d", "-b", runtime.script(script).toString(), runtime.id());
        awaitLine(out);
        long init = runtime.state(runtime.id()).get("pid").asLong();
        try (FrozenCgroup frozen = FrozenCgroup.of(init)) {
            runtime.ok("kill", runtime.id(), "TERM");
            assertEquals("paused", runtime.status(runtime.id()));
            frozen.thaw();
            awaitEnd(init);
        }
        assertEquals("stopped", runtime.status(runtime.id()));
    }
}
