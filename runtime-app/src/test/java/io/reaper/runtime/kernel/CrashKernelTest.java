package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.linux.cgroup.Hierarchies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verbs that are killed, race each other, or meet a pid that is another's now. */
@Tag("kernel")
class CrashKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** Moments in a create, told by what it has left so far. */
    enum Moment {
        DIRECTORY,
        STATE,
        FIFO,
        PID,
        CREATED
    }

    private boolean reached(Moment moment) {
        Path dir = runtime.root().resolve(runtime.id());
        String state = text(dir.resolve("state.json"));
        return switch (moment) {
            case DIRECTORY -> Files.exists(dir);
            case STATE -> !state.isEmpty();
            case FIFO -> Files.exists(dir.resolve("exec.fifo"));
            case PID -> !state.isEmpty() && !state.contains("\"pid\": 0,");
            case CREATED -> state.contains("\"created\",");
        };
    }

    @ParameterizedTest
    @EnumSource
    void aKilledCreateIsCleanedUpByForce(Moment moment) throws Exception {
        TestBundle bundle = runtime.script("exec sleep 1000");
        Process create = runtime.start(List.of(), "create", "-b", bundle.toString(), runtime.id());
        await(moment.name(), () -> reached(moment));
        List<ProcessHandle> below = create.descendants().toList();
        create.destroyForcibly().waitFor();
        String state = text(runtime.root().resolve(runtime.id() + "/state.json"));
        runtime.ok("delete", "--force", runtime.id());
        for (ProcessHandle init : below) {
            awaitEnd(init.pid());
        }
        if (state.contains("\"pid\"")) {
            long pid = RuntimeExtension.json(state).get("pid").asLong();
            assertFalse(pid != 0 && lives(pid)); // init's own end is awaited
        }
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
        assertFalse(
                Hierarchies.unifiedMount()
                        .map(m -> Files.exists(m.resolve("reaper/" + runtime.id())))
                        .orElse(false));
        runtime.ok("create", "-b", bundle.toString(), runtime.id()); // the id is free
    }

    @Test
    void aDirectoryWithoutStateIsNoContainer() throws IOException {
        Files.createDirectories(runtime.root().resolve(runtime.id()));
        assertTrue(runtime.refused("state", runtime.id()).contains("container does not exist"));
        assertEquals("", runtime.ok("list", "-q"));
        runtime.ok("delete", runtime.id());
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void oneOfManyCreatesWins() throws Exception {
        TestBundle bundle = runtime.script("exec sleep 1000");
        List<Process> creates = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            creates.add(runtime.start(List.of(), "create", "-b", bundle.toString(), runtime.id()));
        }
        int winners = 0;
        for (Process create : creates) {
            int status = create.waitFor();
            String err = text(runtime.work().resolve("err-" + create.pid()));
            winners += status == 0 ? 1 : 0;
            assertTrue(
                    status == 0
                            || err.contains(
                                    "container with id " + runtime.id() + " already exists"),
                    err);
        }
        assertEquals(1, winners);
        assertEquals("created", runtime.status(runtime.id()));
    }

    @Test
    void oneOfManyStartsWins() throws Exception {
        runtime.ok("create", "-b", runtime.script("exec sleep 1000").toString(), runtime.id());
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            starts.add(runtime.start(List.of(), "start", runtime.id()));
        }
        int winners = 0;
        for (Process start : starts) {
            winners += start.waitFor() == 0 ? 1 : 0;
        }
        assertEquals(1, winners);
        assertEquals("running", runtime.status(runtime.id()));
    }

    @Test
    void aStrangerWithTheContainersPidIsLeftAlone() throws Exception {
        runtime.ok("create", "-b", runtime.script("exec sleep 1000").toString(), runtime.id());
        Path file = runtime.root().resolve(runtime.id() + "/state.json");
        ObjectNode state = (ObjectNode) RuntimeExtension.json(text(file));
        long init = state.get("pid").asLong();
        Process stranger = new ProcessBuilder("setsid", "sleep", "1000").start();
        try {
            state.put("pid", stranger.pid());
            // both may have been started within one tick of the clock
            state.put("pidStartTime", state.get("pidStartTime").asLong() - 1);
            Files.writeString(file, state.toString());
            assertEquals("stopped", runtime.status(runtime.id()));
            assertTrue(
                    runtime.refused("kill", runtime.id(), "15").contains("container not running"));
            runtime.ok("kill", runtime.id(), "9"); // the cgroup knows its processes
            awaitEnd(init);
            runtime.ok("delete", "--force", runtime.id());
            assertTrue(stranger.isAlive());
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }
}
