package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code ps} through the machine's own ps(1). */
@Tag("kernel")
class PsKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private long init;
    private long child;

    @BeforeEach
    void start() {
        Path file = runtime.work().resolve("child");
        TestBundle bundle =
                runtime.script("sleep 4321 & echo $! >" + file + "; wait; : not executed");
        runtime.ok("run", "-d", "-b", bundle.toString(), runtime.id());
        child = Long.parseLong(RuntimeExtension.awaitLine(file).strip());
        Path program = Path.of("/proc/" + child + "/cmdline"); // the shell's at first
        RuntimeExtension.await("sleep", () -> text(program).equals("sleep\0004321\0"));
        init = runtime.state(runtime.id()).get("pid").asLong();
    }

    private static List<String> rows(String table) {
        return table.lines().map(String::strip).toList();
    }

    @Test
    void theTableHasTheContainersProcessesAndNoOther() {
        List<String> rows = rows(runtime.ok("ps", runtime.id()));
        assertEquals(3, rows.size(), rows.toString());
        assertTrue(rows.get(0).startsWith("UID "), rows.get(0));
        for (String row :
                List.of(
                        "root +" + init + " .*",
                        "root +" + child + " +" + init + " .*sleep 4321")) {
            assertTrue(rows.stream().anyMatch(shown -> shown.matches(row)), rows.toString());
        }
    }

    @Test
    void whatFollowsTheIdIsForPs() {
        assertEquals(
                Set.of("PID COMMAND", init + " sh", child + " sleep"),
                rows(runtime.ok("ps", runtime.id(), "-e", "-o", "pid,comm")).stream()
                        .map(row -> row.replaceAll(" +", " "))
                        .collect(Collectors.toSet()));
        assertEquals(
                "ps -e -o comm: no such column",
                runtime.refused("ps", runtime.id(), "-e", "-o", "comm")
                        .replaceFirst(
                                "ps: its output has no column PID.*",
                                "ps -e -o comm: no such column"));
        String line = runtime.refused("ps", runtime.id(), "--no-such-option");
        assertTrue(line.startsWith("ps --no-such-option: exit status 1: error: "), line);
    }

    @Test
    void aMissingPsIsToldWithTheWayOut() {
        String path = runtime.work().toString();
        Result result = runtime.run(List.of("env", "PATH=" + path), "ps", runtime.id());
        assertEquals(
                new Result(
                        1,
                        "",
                        "ps(1) is in no directory of PATH: install it (procps), or use --format"
                                + " json\n"),
                result);
        assertEquals(
                "[" + Math.min(init, child) + "," + Math.max(init, child) + "]\n",
                runtime.ok("ps", "--format", "json", runtime.id()));
    }

    @Test
    void aStoppedContainersTableIsItsHeader() {
        runtime.ok("kill", "--all", runtime.id(), "KILL");
        RuntimeExtension.await("the end", () -> runtime.status(runtime.id()).equals("stopped"));
        assertEquals(1, rows(runtime.ok("ps", runtime.id())).size());
        assertEquals("container does not exist: none", runtime.refused("ps", "none", "-e"));
    }
}
