package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.process.ProcessInfo;
import io.reaper.testing.FirstThreadEnds;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program whose first thread has ended while another runs: it runs. */
@Tag("kernel")
class FirstThreadKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private String program = "";

    @BeforeEach
    void write() {
        program = FirstThreadEnds.write(runtime.work().resolve("program")).toString();
    }

    private static void awaitZombieState(long pid) {
        Path stat = Path.of("/proc/" + pid + "/stat");
        await("Z of " + pid, () -> text(stat).contains(") Z "));
    }

    @Test
    void itIsRunningForEveryVerb() {
        Path pidFile = runtime.work().resolve("pid");
        TestBundle bundle = runtime.program(program);
        runtime.ok("run", "-d", "--pid-file", pidFile + "", "-b", bundle.toString(), runtime.id());
        long pid = Long.parseLong(text(pidFile));
        awaitZombieState(pid);
        assertEquals("running", runtime.status(runtime.id()));
        assertTrue(runtime.ok("list").contains(" running "));
        assertEquals("[" + pid + "]\n", runtime.ok("ps", "--format", "json", runtime.id()));
        assertEquals("in\n", runtime.ok("exec", runtime.id(), "/bin/sh", "-c", "echo in"));
        assertEquals(
                "cannot delete container " + runtime.id() + " that is not stopped: running",
                runtime.refused("delete", runtime.id()));
        runtime.ok("kill", runtime.id(), "TERM");
        runtime.ok("delete", runtime.id());
        awaitEnd(pid);
    }

    /** cgroup.kill passes it over. */
    @ParameterizedTest
    @ValueSource(strings = {"kill ID KILL", "kill --all ID KILL", "delete --force ID"})
    void anExecOfItIsFoundAndEnded(String verb) {
        runtime.ok("run", "-d", "-b", runtime.script("exec sleep 1000").toString(), runtime.id());
        Path pidFile = runtime.work().resolve("pid");
        runtime.ok("exec", "-d", "--pid-file", pidFile.toString(), runtime.id(), program);
        int pid = Integer.parseInt(text(pidFile));
        awaitZombieState(pid);
        String pids = runtime.ok("ps", "--format", "json", runtime.id());
        assertTrue(pids.contains(Integer.toString(pid)), pids);
        runtime.ok(verb.replace("ID", runtime.id()).split(" ", 0));
        await(
                "the end of " + pid,
                () -> ProcessInfo.of(pid).map(ProcessInfo::isZombie).orElse(true));
    }
}
