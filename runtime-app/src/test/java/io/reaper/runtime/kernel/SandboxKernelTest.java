package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The process of a pod's sandbox: the runtime's own, since the image's is not on the node. */
@Tag("kernel")
class SandboxKernelTest {

    private static final String CONTAINERD = "io.kubernetes.cri.container-type";
    private static final Path MEMFD_NOEXEC = Path.of("/proc/sys/vm/memfd_noexec");

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** As containerd describes one; the paths of its image are not there. */
    private TestBundle sandbox() {
        TestBundle bundle = runtime.program("/no/such/pause");
        bundle.config().putObject("annotations").put(CONTAINERD, "sandbox");
        bundle.process().put("cwd", "/no/such/directory").put("noNewPrivileges", true);
        bundle.process().withArray("env").add("SECRET=of the image");
        bundle.process()
                .putObject("user")
                .put("uid", 65535)
                .put("gid", 65535)
                .putArray("additionalGids")
                .add(65535);
        return bundle.write();
    }

    /** Its pid, once it is the placeholder. */
    private long awaitPlaceholder() {
        long pid = runtime.state(runtime.id()).get("pid").asLong();
        await("the placeholder", () -> file(pid, "comm").equals("reaper-pause\n"));
        return pid;
    }

    private long started(TestBundle bundle) {
        runtime.ok("create", "-b", bundle.toString(), runtime.id());
        runtime.ok("start", runtime.id());
        return awaitPlaceholder();
    }

    private static String file(long pid, String name) {
        return text(Path.of("/proc/" + pid + "/" + name));
    }

    private static Map<String, String> fields(long pid, String name) {
        return ProcessStatus.fields(file(pid, name));
    }

    @Test
    @Tag("smoke")
    void aTinyProcessOfTheWantedUserTakesThePlaceOfTheImagesProgram() throws IOException {
        runtime.ok("create", "-b", sandbox().toString(), runtime.id());
        long created = runtime.state(runtime.id()).get("pid").asLong();
        assertEquals("created", runtime.status(runtime.id()));
        runtime.ok("start", runtime.id());
        long pid = awaitPlaceholder();
        assertEquals(created, pid);
        assertEquals("running", runtime.status(runtime.id()));
        assertEquals("reaper-pause\0", file(pid, "cmdline"));
        assertEquals("", file(pid, "environ"));
        assertEquals(Path.of("/"), Path.of("/proc/" + pid + "/cwd").toRealPath());
        Map<String, String> status = fields(pid, "status");
        assertEquals("65535\t65535\t65535\t65535", status.get("Uid"));
        assertEquals("65535\t65535\t65535\t65535", status.get("Gid"));
        assertEquals("65535", status.get("Groups"));
        assertEquals("1", status.get("NoNewPrivs"));
        assertEquals("[" + pid + "]\n", runtime.ok("ps", "-f", "json", runtime.id()));

        await("its wait", () -> fields(pid, "status").get("State").startsWith("S"));
        String switches = fields(pid, "status").get("voluntary_ctxt_switches");
        assertEquals("beside\n", runtime.ok("exec", "--cwd", "/", runtime.id(), "echo", "beside"));
        assertEquals(
                switches, fields(pid, "status").get("voluntary_ctxt_switches"), "it never ran");
        int kilobytes = Integer.parseInt(fields(pid, "smaps_rollup").get("Pss").split(" ", 2)[0]);
        assertTrue(kilobytes > 0 && kilobytes <= 24, kilobytes + " kB");
    }

    @ParameterizedTest
    @CsvSource({"TERM, 0", "INT, 0", "KILL, 137"})
    void itEndsWhenItIsTold(String signal, int status) throws Exception {
        Process run = runtime.start(List.of(), "run", "-b", sandbox().toString(), runtime.id());
        await("created", () -> Files.exists(runtime.root().resolve(runtime.id())));
        await("running", () -> runtime.run("state", runtime.id()).out().contains("\"running\""));
        long pid = awaitPlaceholder();
        // as the first process of a PID namespace, which a pause program usually is
        for (String other : List.of("HUP", "QUIT", "USR1", "TSTP", "34", "64")) {
            runtime.ok("kill", runtime.id(), other);
        }
        await("what had no effect", () -> fields(pid, "status").get("ShdPnd").matches("0+"));
        assertTrue(lives(pid));
        runtime.ok("kill", runtime.id(), signal);
        assertEquals(status, run.waitFor());
    }

    @Test
    void itTakesWhatItAdopts() {
        Path out = runtime.work().resolve("orphan");
        TestBundle bundle = sandbox();
        bundle.process().putObject("user").put("uid", 0).put("gid", 0); // who may write the file
        bundle.config()
                .putObject("hooks")
                .putArray("startContainer")
                .addObject()
                .put("path", "/bin/sh")
                .putArray("args")
                .add("sh")
                .add("-c")
                .add("/bin/sleep 1000 & echo $! >" + out);
        long pid = started(bundle.write());
        long orphan = Long.parseLong(awaitLine(out).strip());
        assertEquals(Long.toString(pid), fields(orphan, "status").get("PPid"));
        ProcessHandle.of(orphan).orElseThrow().destroyForcibly();
        await("no zombie", () -> !Files.exists(Path.of("/proc/" + orphan)));
        assertTrue(lives(pid));
    }

    @Test
    void podsOfOtherEnginesHaveOneToo() {
        TestBundle bundle = sandbox();
        bundle.config()
                .putObject("annotations")
                .put("io.kubernetes.cri-o.ContainerType", "sandbox");
        assertTrue(lives(started(bundle.write())));
    }

    @Test
    void theNameOfAProgramMakesNoSandbox() {
        TestBundle bundle = runtime.program("/pause");
        bundle.config().putObject("annotations").put(CONTAINERD, "container");
        String line = runtime.refused("create", "-b", bundle.write().toString(), runtime.id());
        assertTrue(line.endsWith("exec: \"/pause\": stat /pause: no such file or directory"), line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "[\"sandbox\"]", "{\"sandbox\":\"sandbox\"}"})
    void anAnnotationThatIsNoTextIsRefused(String value) {
        TestBundle bundle = runtime.program("true");
        bundle.config().putObject("annotations").set(CONTAINERD, RuntimeExtension.json(value));
        String line = runtime.refused("create", "-b", bundle.write().toString(), runtime.id());
        assertTrue(line.startsWith("config.json: annotations." + CONTAINERD), line);
    }

    @Test
    void aKernelThatForbidsItIsNamedWithTheWayOut() {
        if (!Files.exists(MEMFD_NOEXEC)) {
            return; // before Linux 6.3 nothing forbids it
        }
        String forbid = "echo 2 >" + MEMFD_NOEXEC + " && exec \"$@\""; // in this namespace
        List<String> prefix =
                List.of("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", forbid, "sh");
        Result result = runtime.run(prefix, "create", "-b", sandbox().toString(), runtime.id());
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.err().contains("vm.memfd_noexec"), result.err());
        assertTrue(result.err().endsWith(": permission denied\n"), result.err());
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())), "nothing is left");
    }

    @Test
    void aScoreThatNeedsARightIsNamedWithTheWayOut() {
        TestBundle bundle = sandbox();
        bundle.process().put("oomScoreAdj", -998);
        List<String> prefix = List.of("setpriv", "--bounding-set", "-sys_resource");
        Result result =
                runtime.run(prefix, "create", "-b", bundle.write().toString(), runtime.id());
        assertEquals(1, result.status(), result::toString);
        for (String part : List.of("-998", "CAP_SYS_RESOURCE", "restrict_oom_score_adj")) {
            assertTrue(result.err().contains(part), result.err());
        }
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())), "nothing is left");
    }
}
