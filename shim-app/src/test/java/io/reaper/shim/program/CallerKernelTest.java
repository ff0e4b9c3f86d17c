package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments, descriptors, signals and limits that a caller leaves to the shim decide nothing. */
class CallerKernelTest extends ShimKernelTest {

    private Result runBehind(Path bundle, String shell, String... arguments) throws Exception {
        Stream<String> before = Stream.of("bash", "-c", shell, Programs.shim().toString());
        List<String> command = Stream.concat(before, Stream.of(arguments)).toList();
        return ShimProgram.finish(shim.launch(bundle, new byte[0], command));
    }

    private String[] deletion(Path bundle) {
        return new String[] {
            "-namespace", ShimProgram.NAMESPACE, "-id", id, "-bundle", bundle.toString(), "delete"
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec env --ignore-signal \"$0\" \"$@\"",
                "exec env --block-signal \"$0\" \"$@\"",
                "exec \"$0\" \"$@\" 0<&-",
                "exec \"$0\" \"$@\" 2>&-"
            })
    void whatIsLeftBehindDoesNotReachTheDaemon(String shell) throws Exception {
        Path bundle = shim.bundle(id, "exit 7");
        Result started = runBehind(bundle, shell, shim.start(id));
        assertEquals(0, started.status(), started.stderr());
        Client client = shim.connect(started.text());
        String status = Files.readString(Path.of("/proc/" + client.pid + "/status"));
        assertTrue(status.contains("SigIgn:\t0000000000000000"), status);
        for (int stream = 0; stream < 3; stream++) {
            assertEquals(
                    "/dev/null",
                    Files.readSymbolicLink(Path.of("/proc/" + client.pid + "/fd/" + stream)) + "");
        }
        createAndStart(client, id, bundle);
        assertEquals(7, exit(client, id));
        delete(client, id);
    }

    /** It has the runtime's commands as children, whose status it needs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec env --ignore-signal \"$0\" \"$@\"",
                "exec env --block-signal \"$0\" \"$@\"",
                "exec \"$0\" \"$@\" 0<&- 2>&-"
            })
    void deleteCleansUpWhateverIsLeftBehind(String shell) throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        client.killDaemon();
        shim.environment.put("REAPER_SHIM_LOG", directory.resolve("shim.log").toString());
        Result deleted = runBehind(bundle, shell, deletion(bundle));
        assertEquals(0, deleted.status(), deleted.stderr());
        shim.awaitNoState();
        String log = Files.readString(directory.resolve("shim.log"));
        assertFalse(log.contains("WARN"), log);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xss1k", "-XX:PrintFlags=", "-Dx=y", "-XX:+PrintGC"})
    void anOptionOfTheVirtualMachineIsNoneOfOurs(String option) throws Exception {
        Result plain = shim.run(directory, new byte[0], "-v");
        Result result = shim.run(directory, new byte[0], option, "-v");
        assertEquals(new Result(0, plain.stdout(), ""), result);
    }

    /** Of the executable: a Java virtual machine says so in its own way. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ulimit -s 40",
                "ulimit -s 64",
                "ulimit -s 16384",
                "ulimit -s unlimited",
                "ulimit -v 40000",
                "ulimit -v 300000",
                "ulimit -d 4000",
                "ulimit -d 20000",
                "ulimit -d 40000",
                "ulimit -n 8",
                "ulimit -n 12",
                "ulimit -n 16",
                "ulimit -n 24"
            })
    @Tag("native")
    void underASmallLimitItWorksOrSaysOneLine(String limit) throws Exception {
        Path bundle = shim.bundle(id, "exit 7");
        String shell = limit + "; exec \"$0\" \"$@\"";
        workedOrSaidOneLine(runBehind(bundle, shell, "-v"));
        workedOrSaidOneLine(runBehind(bundle, shell, "-info"));
        if (workedOrSaidOneLine(runBehind(bundle, shell, shim.start(id)))) {
            Client client = shim.connect(Files.readString(bundle.resolve("address")));
            client.killDaemon();
        }
        workedOrSaidOneLine(runBehind(bundle, shell, deletion(bundle)));
    }

    private static boolean workedOrSaidOneLine(Result result) {
        if (result.status() == 0) {
            assertEquals("", result.stderr());
            return true;
        }
        assertEquals(1, result.status(), result.stderr());
        assertEquals(1, result.stderr().lines().count(), result.stderr());
        assertFalse(result.stderr().contains("Fatal error"), result.stderr());
        return false;
    }

    @Test
    @Tag("native")
    void theLimitIsNamedWithWhatIsNeeded() throws Exception {
        String space = runBehind(directory, "ulimit -v 100000; exec \"$0\" -v").stderr();
        assertTrue(
                space.matches("the limit of virtual memory is 100000 KiB: .* \\(ulimit -v\\)\n"),
                space);
    }
}
