package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.reaper.contract.ExitRecord;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code run}, {@code list} and what is known of a container's end. */
@Tag("kernel")
class RunKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    @ParameterizedTest
    @CsvSource({"exit 0,0", "exit 7,7", "kill -9 $$,137", "kill -TERM $$,143"})
    void theStatusIsTheProgramsAndNothingIsLeft(String script, int status) {
        Result result = runtime.run("run", "-b", runtime.script(script).toString(), runtime.id());
        assertEquals(new Result(status, "", ""), result);
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void signalsGoToTheProgram() throws Exception {
        Path out = runtime.work().resolve("out");
        String bundle =
                runtime.script(
                                "for s in HUP INT QUIT USR1 USR2 WINCH CONT;"
                                        + " do trap \"echo $s >&3\" $s; done;"
                                        + " exec 3>"
                                        + out
                                        + "; echo ready >&3; while :; do sleep 0.02; done")
                        .toString();
        Process run = runtime.start(List.of(), "run", "-b", bundle, runtime.id());
        awaitLine(out);
        for (String signal : new String[] {"HUP", "INT", "QUIT", "USR1", "USR2", "WINCH", "CONT"}) {
            long before = text(out).lines().count();
            RuntimeExtension.signal(signal, run);
            await(signal, () -> text(out).lines().count() > before);
        }
        assertEquals("ready\nHUP\nINT\nQUIT\nUSR1\nUSR2\nWINCH\nCONT\n", text(out));
        RuntimeExtension.signal("TERM", run);
        assertEquals(143, run.waitFor());
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    /** Before anything is made, while it is made, before the program runs, after. */
    @Test
    void aSignalAtAnyMomentLeavesNothing() throws Exception {
        String bundle = runtime.program("sleep", "1000").toString();
        Path container = runtime.root().resolve(runtime.id());
        List<Path> signs =
                List.of(
                        runtime.work(),
                        container,
                        container.resolve("config.json"),
                        container.resolve("exec.fifo"));
        for (Path sign : signs) {
            Process run = runtime.start(List.of(), "run", "-b", bundle, runtime.id());
            // the FIFO is there for a moment only, and gone when it runs
            await(
                    sign.toString(),
                    () ->
                            Files.exists(sign)
                                    || text(container.resolve("state.json"))
                                            .contains("\"running\""));
            RuntimeExtension.signal("TERM", run);
            assertEquals(143, run.waitFor(), sign.toString());
            assertFalse(Files.exists(container), sign.toString());
        }
    }

    @Test
    void aKeptContainerTellsHowItEnded() {
        TestBundle bundle = runtime.script("kill -9 $$");
        assertEquals(
                137, runtime.run("run", "--keep", "-b", bundle.toString(), runtime.id()).status());
        JsonNode state = runtime.state(runtime.id());
        assertEquals("stopped", state.get("status").asText());
        assertEquals(137, state.get("exitStatus").asInt());
        assertEquals(9, state.get("signal").asInt());
        assertFalse(Instant.parse(state.get("exitedAt").asText()).isAfter(Instant.now()));
        runtime.ok("delete", runtime.id());
    }

    @Test
    void aMissingProgramFailsRunAndLeavesNothing() {
        assertTrue(
                runtime.refused("run", "-b", runtime.program("nope").toString(), runtime.id())
                        .endsWith("executable file not found in $PATH"));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void theReapersRecordInTheBundleIsShownAndAStaleOneRemoved() {
        TestBundle bundle = runtime.script("exit 7");
        Path record = bundle.dir().resolve("exit.json");
        new ExitRecord(runtime.id(), 1, 1, 9, 0, Instant.EPOCH).write(bundle.dir());
        runtime.ok("create", "-b", bundle.toString(), runtime.id());
        assertFalse(Files.exists(record));
        JsonNode stored =
                RuntimeExtension.json(text(runtime.root().resolve(runtime.id() + "/state.json")));
        runtime.ok("start", runtime.id());
        await("the end", () -> runtime.status(runtime.id()).equals("stopped"));
        assertFalse(runtime.state(runtime.id()).has("exitStatus"));
        int pid = stored.get("pid").asInt();
        long startTime = stored.get("pidStartTime").asLong();
        new ExitRecord(runtime.id(), pid, startTime, 7, 0, Instant.EPOCH).write(bundle.dir());
        JsonNode state = runtime.state(runtime.id());
        assertEquals(7, state.get("exitStatus").asInt());
        assertEquals("1970-01-01T00:00:00Z", state.get("exitedAt").asText());
        assertFalse(state.has("signal"));
        runtime.ok("delete", runtime.id());
        assertTrue(Files.exists(record), "it belongs to whoever wrote it");
    }

    @Test
    void listShowsContainersInEveryForm() {
        TestBundle bundle = runtime.script("exec sleep 1000");
        bundle.config().putObject("annotations").put("k", "v");
        bundle.write();
        runtime.ok("create", "-b", bundle.toString(), runtime.id() + "-b");
        runtime.ok("run", "-d", "-b", bundle.toString(), runtime.id() + "-a");
        assertEquals(runtime.id() + "-a\n" + runtime.id() + "-b\n", runtime.ok("list", "-q"));
        JsonNode list = RuntimeExtension.json(runtime.ok("list", "--format", "json"));
        assertEquals("running", list.get(0).get("status").asText());
        assertEquals("created", list.get(1).get("status").asText());
        assertEquals("v", list.get(1).get("annotations").get("k").asText());
        assertEquals(runtime.state(runtime.id() + "-b"), list.get(1));
        String table = runtime.ok("list");
        assertEquals(3, table.lines().count());
        assertTrue(table.startsWith("ID "), table);
    }
}
