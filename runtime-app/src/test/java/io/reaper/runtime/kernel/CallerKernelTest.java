package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments, descriptors and signals that a caller leaves behind decide nothing. */
@Tag("kernel")
class CallerKernelTest {

    /** What a virtual machine would take for its own; the container's program gets them all. */
    private static final List<String> MACHINE_OPTIONS =
            List.of(
                    "-Xmx900m",
                    "-Xss1k",
                    "-Dx=y",
                    "-XX:PrintFlags=",
                    "-XX:+PrintGC",
                    "-XX:MaxHeapSize=1",
                    "-Xlog:gc",
                    "-agentlib:jdwp",
                    "-javaagent:x",
                    "--vm.Xmx1m",
                    "@args",
                    "-version");

    private static final List<String> STREAMS = List.of("0", "1", "2");

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** A command before the runtime: a shell that does something to itself and becomes it. */
    private static List<String> after(String redirection) {
        return List.of("sh", "-c", "exec \"$0\" \"$@\" " + redirection);
    }

    private Path out() {
        return runtime.work().resolve("out");
    }

    private List<String> taken() {
        List<String> lines = awaitLine(out()).lines().toList();
        out().toFile().delete();
        return lines;
    }

    /** Ends a list of lines in one step, so that a reader never sees a part. */
    private String written(String commands) {
        return "{ " + commands + "; } > " + out() + ".new; mv " + out() + ".new " + out();
    }

    private String running(String script) {
        runtime.ok("create", "-b", runtime.script(script).toString(), runtime.id());
        runtime.ok("start", runtime.id());
        return runtime.id();
    }

    @Test
    void theContainersCommandHasNoOptionOfTheVirtualMachine() {
        String id = running("exec sleep 1000");
        String script = written("printf '%s\\n' \"$@\" \"$V\"");
        for (List<String> separator : List.of(List.<String>of(), List.of("--"))) {
            List<String> exec = new ArrayList<>(List.of("exec", "--env", "V=-Xmx1m", id));
            exec.addAll(separator);
            exec.addAll(List.of("/bin/sh", "-c", script, "sh"));
            exec.addAll(MACHINE_OPTIONS);
            Result result = runtime.run(exec.toArray(String[]::new));
            assertEquals(new Result(0, "", ""), result);
            List<String> expected = new ArrayList<>(MACHINE_OPTIONS);
            expected.add("-Xmx1m");
            assertEquals(expected, taken());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:PrintFlags=", "-Xss1k", "-Dx=y", "-Xmx900m", "-XX:+PrintGC"})
    void anOptionOfTheVirtualMachineIsNoneOfOurs(String option) {
        String unknown = "unknown option \"" + option.replaceFirst("=.*", "") + "\"";
        assertEquals(
                unknown, runtime.run("list", option).err().lines().findFirst().orElse("nothing"));
        assertEquals(
                unknown, runtime.run(option, "list").err().lines().findFirst().orElse("nothing"));
        String id = runtime.run("state", "--", option).err();
        assertTrue(id.contains(option), id);
    }

    @Test
    void noVariableSteersTheVirtualMachine() {
        for (String name :
                List.of(
                        "JAVA_TOOL_OPTIONS",
                        "_JAVA_OPTIONS",
                        "JDK_JAVA_OPTIONS",
                        "JDK_AOT_VM_OPTIONS",
                        "GRAALVM_OPTIONS",
                        "NATIVE_IMAGE_OPTIONS")) {
            List<String> set = List.of("env", name + "=-XX:+PrintGC -Xss1k -Dreaper.x=y");
            Result result = runtime.run(set, "list", "-q");
            assertEquals(new Result(0, "", ""), result, name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"})
    void aClosedStreamIsDevNullToTheProgram(String closed) {
        // in a shell of its own: a redirection may be made in the first one for a while (vfork)
        String links =
                "exec 3> "
                        + out()
                        + ".new;"
                        + " for n in 0 1 2; do (readlink /proc/$$/fd/$n >&3) || exit 9; done;"
                        + " mv "
                        + out()
                        + ".new "
                        + out();
        Path bundle = runtime.script(links + "; exec sleep 1000").dir();
        String id = runtime.id();
        assertEquals(0, runtime.run(after(closed), "create", "-b", bundle.toString(), id).status());
        assertEquals(0, runtime.run(after(closed), "start", id).status());
        assertClosedAreNull(closed, taken());
        Result exec = runtime.run(after(closed), "exec", "-d", id, "/bin/sh", "-c", links);
        assertEquals(0, exec.status(), exec.toString());
        assertClosedAreNull(closed, taken());
        exec = runtime.run(after(closed), "exec", id, "/bin/sh", "-c", links + "; exit 5");
        assertEquals(5, exec.status(), exec.toString());
        assertClosedAreNull(closed, taken());
        for (String verb : List.of("state", "ps", "list")) {
            String[] call = verb.equals("list") ? new String[] {verb} : new String[] {verb, id};
            assertEquals(0, runtime.run(after(closed), call).status(), verb);
        }
        assertEquals(0, runtime.run(after(closed), "delete", "--force", id).status());
    }

    /** Those that are open are the files of {@link RuntimeExtension#start}, or its /dev/null. */
    private void assertClosedAreNull(String closed, List<String> links) {
        assertEquals(3, links.size(), links.toString());
        for (String stream : STREAMS) {
            String link = links.get(Integer.parseInt(stream));
            if (closed.contains(stream) || stream.equals("0")) {
                assertEquals("/dev/null", link, "descriptor " + stream + " of " + links);
            } else {
                assertTrue(link.startsWith(runtime.work().toString()), link);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0<&-", "0<&- 1>&- 2>&-"})
    void aForegroundRunWithClosedStreamsEndsAndHearsSignals(String closed) throws Exception {
        Result ended =
                runtime.run(after(closed), "run", "-b", runtime.script("exit 6").toString(), "r-1");
        assertEquals(new Result(6, "", ""), ended);
        Path bundle = runtime.script("echo up > " + out() + "; exec sleep 1000").dir();
        Process run = runtime.start(after(closed), "run", "-b", bundle.toString(), runtime.id());
        awaitLine(out());
        RuntimeExtension.signal("TERM", run);
        assertTrue(run.waitFor(1, TimeUnit.MINUTES), "run ignores TERM");
        assertEquals(143, run.exitValue());
    }

    /** A caller that ignores SIGCHLD gets no status of its children, and neither did we. */
    @ParameterizedTest
    @ValueSource(strings = {"--ignore-signal=CHLD", "--ignore-signal", "--block-signal"})
    void theCallersSignalsAreNotOurs(String left) throws Exception {
        List<String> env = List.of("env", left);
        Path six = runtime.script("exit 6").dir();
        assertEquals(new Result(6, "", ""), runtime.run(env, "run", "-b", six.toString(), "r-1"));
        String id = runtime.id();
        Path bundle = runtime.script("exec sleep 1000").dir();
        assertEquals(
                new Result(0, "", ""), runtime.run(env, "create", "-b", bundle.toString(), id));
        assertEquals(new Result(0, "", ""), runtime.run(env, "start", id));
        assertEquals(
                new Result(6, "", ""), runtime.run(env, "exec", id, "/bin/sh", "-c", "exit 6"));
        Result ps = runtime.run(env, "ps", id);
        assertEquals(0, ps.status(), ps.toString());
        assertTrue(ps.out().contains("sleep 1000"), ps.toString());
        String status = text(Path.of("/proc/" + runtime.state(id).get("pid").asInt() + "/status"));
        for (String field : List.of("SigBlk", "SigIgn", "SigCgt")) {
            assertTrue(status.contains(field + ":\t0000000000000000"), status);
        }
        Path missing = runtime.program("/no/such/program").dir();
        Result refused = runtime.run(env, "create", "-b", missing.toString(), "r-2");
        assertEquals(1, refused.status());
        assertTrue(refused.err().contains("/no/such/program"), refused.toString());
        assertFalse(Files.exists(runtime.root().resolve("r-2")));
        assertEquals(new Result(0, "", ""), runtime.run(env, "delete", "--force", id));
    }

    @Test
    void aBlockedTermReachesTheProgramOfAForegroundRun() throws Exception {
        Path bundle = runtime.script("echo up > " + out() + "; exec sleep 1000").dir();
        List<String> env = List.of("env", "--block-signal");
        Process run = runtime.start(env, "run", "-b", bundle.toString(), runtime.id());
        awaitLine(out());
        RuntimeExtension.signal("TERM", run);
        assertTrue(run.waitFor(1, TimeUnit.MINUTES), "run does not hear TERM");
        assertEquals(143, run.exitValue());
        await("its state to be gone", () -> !Files.exists(runtime.root().resolve(runtime.id())));
    }
}
