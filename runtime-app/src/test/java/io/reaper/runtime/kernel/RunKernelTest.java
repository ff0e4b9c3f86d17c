package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** What a hook leaves in the background tells who adopts orphans. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void orphansAreAdoptedUnlessItIsAskedNotTo(boolean adopts) throws Exception {
        Path out = runtime.work().resolve("out");
        TestBundle bundle = runtime.script("exec sleep 1000");
        ObjectNode hook =
                bundle.config().withObject("/hooks").withArray("createRuntime").addObject();
        hook.put("path", "/bin/sh");
        hook.putArray("args").add("sh").add("-c").add("sleep 1000 & echo $! >" + out);
        bundle.write();
        List<String> args = new ArrayList<>(List.of("run", "-b", bundle.toString()));
        args.addAll(adopts ? List.of() : List.of("--no-subreaper"));
        args.add(runtime.id());
        Process run = runtime.start(List.of(), args.toArray(String[]::new));
        long orphan = Long.parseLong(awaitLine(out).strip());
        try {
            await("the program", () -> isRunning(runtime.id()));
            String status = text(Path.of("/proc/" + orphan + "/status"));
            assertEquals(adopts, status.contains("\nPPid:\t" + run.pid() + "\n"), status);
        } finally {
            ProcessHandle.of(orphan).ifPresent(ProcessHandle::destroyForcibly);
            RuntimeExtension.signal("TERM", run);
            assertEquals(143, run.waitFor());
        }
    }

    private boolean isRunning(String id) {
        Result state = runtime.run("state", id);
        return state.out().contains("\"running\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "run"})
    void aPidfdOfInitGoesToTheListener(String verb) throws Exception {
        Path socket = runtime.work().resolve("pidfd");
        Path pidFile = runtime.work().resolve("pid");
        String bundle = runtime.script("exec sleep 1000").toString();
        List<String> args = new ArrayList<>(List.of(verb, "-b", bundle));
        args.addAll(List.of("--pid-file", pidFile.toString(), "--pidfd-socket", socket.toString()));
        if (verb.equals("run")) {
            args.add("-d");
        }
        args.add(runtime.id());
        try (Fd listening = UnixSockets.listen(socket, 0600)) {
            runtime.ok(args.toArray(String[]::new));
            try (Fd connection = UnixSockets.accept(listening);
                    Fd pidfd = UnixSockets.receiveDescriptor(connection)) {
                assertTrue(
                        text(Path.of("/proc/self/fdinfo/" + pidfd.number()))
                                .contains("Pid:\t" + text(pidFile) + "\n"));
            }
        }
        runtime.ok("delete", "--force", runtime.id());
        Files.delete(socket);
        assertEquals(
                "connect " + socket + ": no such file or directory",
                runtime.refused(args.toArray(String[]::new)));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())), "all is undone");
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
