package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes of exec end with their container, with a cgroup to find them by and without. */
@Tag("kernel")
class ExecEndKernelTest {

    /**
     * Of one machine's part without cgroup2: what is there is found by records, trees, sessions.
     */
    private static final List<String> NO_CGROUP2 =
            List.of(
                    "unshare",
                    "-m",
                    "sh",
                    "-c",
                    "for m in $(awk '$0 ~ / - cgroup2 / {print $5}' /proc/self/mountinfo);"
                            + " do umount -l $m || exit 99; done; exec \"$@\"",
                    "sh");

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private List<String> prefix = List.of();
    private int files;

    private void ok(String... args) {
        RuntimeExtension.Result result = runtime.run(prefix, args);
        assertEquals(new RuntimeExtension.Result(0, "", ""), result, List.of(args).toString());
    }

    private void running(boolean cgroup) {
        prefix = cgroup ? List.of() : NO_CGROUP2;
        ok("run", "-d", "-b", runtime.program("sleep", "1000").toString(), runtime.id());
    }

    /** A script that leaves a process in the background; that one's pid. */
    private long leftBy(String... execOptions) {
        Path file = runtime.work().resolve("left-" + files++);
        List<String> args = new ArrayList<>(List.of("exec"));
        args.addAll(List.of(execOptions));
        args.addAll(
                List.of(runtime.id(), "sh", "-c", "sleep 1000 & echo $! >" + file + "; exit 0"));
        ok(args.toArray(String[]::new));
        return Long.parseLong(awaitLine(file).strip());
    }

    private List<String> records() {
        String[] names = runtime.root().resolve(runtime.id() + "/execs").toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killAllReachesThemAndWhatTheyLeft(boolean cgroup) {
        running(cgroup);
        long left = leftBy();
        long leftDetached = leftBy("-d");
        Path pidFile = runtime.work().resolve("pid");
        ok("exec", "-d", "--pid-file", pidFile.toString(), runtime.id(), "sleep", "1000");
        long exec = Long.parseLong(text(pidFile));
        long init = runtime.state(runtime.id()).get("pid").asLong();
        Set<Long> all = Set.of(init, exec, left, leftDetached);
        // the detached shell has told its child's pid, and ends after that
        await(() -> all + " alone, not " + listed(), () -> listed().equals(all));
        ok("kill", "--all", runtime.id(), "KILL");
        assertEquals(Set.of(), listed());
        awaitEnd(left, leftDetached, exec, init);
        ok("delete", runtime.id());
    }

    private Set<Long> listed() {
        Set<Long> pids = new HashSet<>();
        RuntimeExtension.json(runtime.run(prefix, "ps", "-f", "json", runtime.id()).out())
                .forEach(pid -> pids.add(pid.asLong()));
        return pids;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deletionOfAStoppedContainerReachesThemAndWhatTheyLeft(boolean cgroup) {
        running(cgroup);
        long left = leftBy();
        Path pidFile = runtime.work().resolve("pid");
        ok("exec", "-d", "--pid-file", pidFile.toString(), runtime.id(), "sleep", "1000");
        long exec = Long.parseLong(text(pidFile));
        long init = runtime.state(runtime.id()).get("pid").asLong();
        ProcessHandle.of(init).orElseThrow().destroyForcibly(); // by somebody else
        awaitEnd(init);
        assertTrue(lives(left) && lives(exec), "host mode: the kernel ends init alone");
        ok("delete", runtime.id());
        awaitEnd(left, exec);
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void withoutACgroupARecordStaysAsLongAsItIsNeeded() {
        running(false);
        long left = leftBy();
        assertEquals(1, records().size(), "its session lives on");
        ok("exec", runtime.id(), "true");
        assertEquals(1, records().size());
        ProcessHandle.of(left).orElseThrow().destroyForcibly();
        awaitEnd(left);
        ok("exec", runtime.id(), "true");
        assertEquals(List.of(), records());
    }

    @Test
    void endedDetachedOnesAreForgottenByTheNext() {
        running(true);
        Path pidFile = runtime.work().resolve("pid");
        ok("exec", "-d", "--pid-file", pidFile.toString(), runtime.id(), "true");
        long first = Long.parseLong(text(pidFile));
        awaitEnd(first);
        ok("exec", "-d", "--pid-file", pidFile.toString(), runtime.id(), "sleep", "1000");
        assertEquals(1, records().size(), records().toString());
        assertTrue(records().getFirst().startsWith(text(pidFile) + "-"), records().toString());
    }

    @Test
    void oneThatStartsWhileInitEndsDoesNotOutliveIt() throws Exception {
        for (int round = 0; round < 4; round++) {
            running(true);
            long init = runtime.state(runtime.id()).get("pid").asLong();
            String mark = "1000." + ProcessHandle.current().pid() + round;
            List<Process> execs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                execs.add(runtime.start(List.of(), "exec", "-d", runtime.id(), "sleep", mark));
            }
            int first = round;
            await("the first records", () -> records().size() >= first);
            ok("kill", runtime.id(), "KILL");
            awaitEnd(init);
            ok("kill", "--all", runtime.id(), "KILL"); // as a shim does when init has ended
            for (Process exec : execs) {
                int status = exec.waitFor();
                assertTrue(status == 0 || status == 255, "status " + status);
            }
            assertEquals(List.of(), RuntimeExtension.mentioning(mark));
            ok("delete", runtime.id());
        }
    }

    @Test
    void manyAtTheSameTime() throws Exception {
        running(true);
        int count = RuntimeExtension.isExecutable() ? 200 : 10;
        List<Process> execs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            execs.add(runtime.start(List.of(), "exec", runtime.id(), "sh", "-c", "echo $$"));
        }
        Set<String> pids = new HashSet<>();
        for (Process exec : execs) {
            assertEquals(0, exec.waitFor());
            pids.add(text(runtime.work().resolve("out-" + exec.pid())));
            assertEquals("", text(runtime.work().resolve("err-" + exec.pid())));
        }
        assertEquals(count, pids.size());
        assertEquals(List.of(), records());
        assertEquals("running", runtime.status(runtime.id()));
    }
}
