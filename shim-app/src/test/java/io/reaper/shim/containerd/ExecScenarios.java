package io.reaper.shim.containerd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** More processes in a running container: `ctr task exec`. */
abstract class ExecScenarios extends IsolationScenarios {
    private static final boolean NATIVE = !"jvm".equals(System.getProperty("reaper.mode"));
    private static final String KILLED = "" + (128 + 9);

    ExecScenarios(ContainerdRelease release, Pair pair) {
        super(release, pair);
    }

    @Test
    void anExecKeepsItsOutputItsExitCodeAndTheOrderOfEvents() {
        runSleeper("exec");
        Job.Result result = exec("exec", "e1", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertEquals("out\n", result.expect(7).stdout());
        assertTrue(result.stderr().startsWith("err\n"), result::toString);
        assertEquals("again\n", exec("exec", "e1", "echo", "again").expect(0).stdout());
        exec("exec", "e2", "sh", "-c", "kill -9 $$; exit 1").expect(128 + 9);

        endSleeper("exec");
        List<String> expected = new ArrayList<>(List.of("create  0", "start  0"));
        expected.addAll(List.of("exec-added e1 0", "exec-started e1 0", "exit e1 7"));
        expected.addAll(List.of("exec-added e1 0", "exec-started e1 0", "exit e1 0"));
        expected.addAll(List.of("exec-added e2 0", "exec-started e2 0", "exit e2 " + KILLED));
        expected.add("exit exec " + KILLED);
        assertStory("exec", expected);
    }

    @Test
    void anExecRunsInTheContainersEnvironmentAsTheUserAndWhereItWasAskedTo() {
        run("place", detached("--null-io", "--env", "MARK=of the spec"), "sleep", "1000").expect(0);
        String script = "id -u; id -g; pwd; echo $MARK; echo $PATH";
        Job.Result plain = exec("place", "plain", "sh", "-c", script).expect(0);
        assertEquals("0\n0\n/\nof the spec\n/usr/bin:/bin\n", plain.stdout());
        Job.Result other =
                startExec(
                                "place",
                                List.of("--exec-id=o", "--user=1000:1001", "--cwd=/tmp"),
                                "sh",
                                "-c",
                                script + "; echo out >/dev/stdout; echo err >/dev/stderr")
                        .await(PrivateContainerd.DEADLINE)
                        .expect(0);
        assertEquals("1000\n1001\n/tmp\nof the spec\n/usr/bin:/bin\nout\n", other.stdout());
        assertTrue(other.stderr().startsWith("err\n"), other::toString);
        endSleeper("place");
    }

    /** It leaves nothing behind, not even its id. */
    @Test
    void anExecThatCannotRunIsNamed() {
        runSleeper("cannot");
        for (String program : List.of("/no/such/program", "no-such-program")) {
            Job.Result missing = exec("cannot", "e", program);
            assertNotEquals(0, missing.exitCode(), missing::toString);
            assertTrue(missing.stderr().contains(program), missing::toString);
        }
        Job.Result denied = exec("cannot", "e", "/etc/passwd");
        assertNotEquals(0, denied.exitCode(), denied::toString);
        assertTrue(denied.stderr().contains("permission denied"), denied::toString);
        assertEquals("fine\n", exec("cannot", "e", "echo", "fine").expect(0).stdout());
        endSleeper("cannot");
    }

    @Test
    void anExecIsRefusedUnlessTheContainerRuns() {
        Path go = containerd.share().resolve("stopped-go");
        run("stopped", detached("--null-io"), "sh", "-c", waitFor(go) + "exit 4").expect(0);
        create(go);
        containerd.awaitStatus(containerd.namespace(), "stopped", "STOPPED");
        Job.Result refused = exec("stopped", "late", "echo", "ran");
        assertNotEquals(0, refused.exitCode(), refused::toString);
        assertEquals("", refused.stdout());
        assertEnded("stopped", 4);

        Job.Result unknown = exec("stopped", "late", "echo", "ran");
        assertNotEquals(0, unknown.exitCode(), unknown::toString);
        assertTrue(unknown.stderr().contains("not found"), unknown::toString);
    }

    /** An exec ends with its container, and the container's own exit is the last one told. */
    @Test
    void anExecEndsWithItsContainer() {
        Path ready = containerd.share().resolve("ends-ready");
        run("ends", leftoverOptions("-d", "--null-io"), "sleep", "1000").expect(0);
        Job job =
                startExec(
                        "ends",
                        List.of("--exec-id=e"),
                        "sh",
                        "-c",
                        "echo started; " + touch(ready) + "sleep 1000; echo not reached");
        awaitFile(ready);
        ctr("task", "kill", "-s", "KILL", "ends").expect(0);
        Job.Result result = job.await(PrivateContainerd.DEADLINE);
        assertEquals("started\n", result.expect(128 + 9).stdout());
        assertEnded("ends", 128 + 9);
        List<String> story =
                List.of(
                        "create  0",
                        "start  0",
                        "exec-added e 0",
                        "exec-started e 0",
                        "exit e " + KILLED,
                        "exit ends " + KILLED);
        if (pair.hasReaperShim()) {
            assertStory("ends", story);
        }
    }

    /** What an exec leaves in the background belongs to the container. */
    @Test
    void whatAnExecLeavesInTheBackgroundLivesAsLongAsTheContainer() {
        Path ready = containerd.share().resolve("background-ready");
        run("background", leftoverOptions("-d", "--null-io"), "sleep", "1000").expect(0);
        String left = "(setsid sh -c '" + touch(ready) + "exec sleep 98761' >/dev/null 2>&1 &); ";
        String script = left + waitFor(ready) + "exit 5";
        exec("background", "e", "sh", "-c", script).expect(5);
        assertEquals("alive\n", exec("background", "e", "echo", "alive").expect(0).stdout());
        // it says that it is there just before it is what it will be
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> countOf("sleep 98761") == 1,
                () -> "it lives: " + containerd.node().processes());
        endSleeper("background");
        assertEquals(0, countOf("sleep 98761"));
    }

    /** Whatever becomes of such an exec, it ends, and so does the container. */
    @Test
    void execsWhileInitIsExitingEndWithoutATrace() throws IOException {
        for (int i = 0; i < (NATIVE ? 6 : 2); i++) {
            String id = "exiting-" + i;
            Path go = containerd.share().resolve(id + "-go");
            run(id, leftoverOptions("-d", "--null-io"), "sh", "-c", waitFor(go) + "exit 6")
                    .expect(0);
            Job early = startExec(id, List.of("--exec-id=early"), "sleep", "1000");
            containerd.awaitTopic(id, "/tasks/exec-started");
            Job many =
                    shell(
                            """
                            for i in 1 2 3 4; do "$@" task exec --exec-id e$i %s true & done
                            : >%s; wait; exit 0
                            """
                                    .formatted(id, go));
            many.await(PrivateContainerd.DEADLINE).expect(0);
            early.await(PrivateContainerd.DEADLINE).expect(128 + 9);
            assertEnded(id, 6);
        }
    }

    @Test
    void manyExecsAtOnceKeepTheirOutputAndExitCodes() throws IOException {
        int count = Integer.getInteger("reaper.test.execs", execsAtOnce());
        runSleeper("many");
        Path results = Files.createDirectory(containerd.share().resolve("execs"));
        String script =
                """
                i=0; while [ $i -lt %1$d ]; do
                { "$@" task exec --exec-id e$i many sh -c "echo out-$i; exit $((i %% 100))" >%2$s/out-$i 2>&1
                echo $? >%2$s/code-$i; } & i=$((i+1)); done; wait
                """
                        .formatted(count, results);
        shell(script).await(PrivateContainerd.DEADLINE).expect(0);
        for (int i = 0; i < count; i++) {
            String output = Files.readString(results.resolve("out-" + i));
            assertTrue(output.startsWith("out-" + i + "\n"), output);
            assertEquals(
                    i % 100 + "\n", Files.readString(results.resolve("code-" + i)), "exec " + i);
        }
        endSleeper("many");
        Map<String, Integer> expected =
                Map.of("/tasks/exec-started", count, "/tasks/exit", count + 1);
        Await.until(
                PrivateContainerd.DEADLINE,
                () ->
                        expected.keySet().stream()
                                .allMatch(it -> countOf("many", it) >= expected.get(it)),
                () -> expected + " of " + containerd.events().of(containerd.namespace(), "many"));
        expected.forEach((topic, told) -> assertEquals((long) told, countOf("many", topic), topic));
    }

    private int execsAtOnce() {
        int pairs = pair.hasReaperShim() && pair.hasReaperRuntime() ? 200 : 50;
        return NATIVE ? pairs : 10;
    }

    private long countOf(String id, String topic) {
        return containerd.events().topics(containerd.namespace(), id).stream()
                .filter(topic::equals)
                .count();
    }

    private long countOf(String command) {
        return containerd.node().processes().stream()
                .filter(process -> process.command().equals(command))
                .count();
    }

    final void runSleeper(String id) {
        run(id, detached("--null-io"), "sleep", "1000").expect(0);
    }

    final void endSleeper(String id) {
        ctr("task", "kill", "-s", "KILL", id).expect(0);
        assertEnded(id, 128 + 9);
    }

    final Job startExec(String id, List<String> options, String... command) {
        List<String> line = new ArrayList<>(List.of("task", "exec"));
        line.addAll(options);
        line.add(id);
        line.addAll(List.of(command));
        return containerd.startCtr(containerd.namespace(), line);
    }

    final Job.Result exec(String id, String execId, String... command) {
        return startExec(id, List.of("--exec-id", execId), command)
                .await(PrivateContainerd.DEADLINE);
    }

    /** Runs a script on the node; "$@" is a `ctr` of the first containerd namespace. */
    final Job shell(String script) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        line.addAll(containerd.ctrLine(containerd.namespace(), List.of()));
        return containerd.node().start(line, Map.of());
    }

    /**
     * Checks what was told of a container before it was deleted: topic, process, exit code of each
     * event. An exec's start and exit are told by different threads of runc's shim: not in order.
     */
    private void assertStory(String id, List<String> expected) {
        String namespace = containerd.namespace();
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> story(id).size() >= expected.size(),
                () -> expected + " of " + containerd.events().of(namespace, id));
        if (pair.hasReaperShim()) {
            assertEquals(expected, story(id));
        } else {
            assertEquals(expected.stream().sorted().toList(), story(id).stream().sorted().toList());
        }
    }

    private List<String> story(String id) {
        return containerd.events().of(containerd.namespace(), id).stream()
                .filter(event -> !event.topic().equals("/tasks/delete"))
                .map(
                        event ->
                                "%s %s %d"
                                        .formatted(
                                                event.topic().substring("/tasks/".length()),
                                                event.processId(),
                                                event.exitStatus()))
                .toList();
    }
}
