package io.reaper.shim.containerd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.opentest4j.TestAbortedException;

/**
 * What every pair of shim and runtime must do under every containerd. One containerd serves all
 * tests of a class; after each one nothing of its containers may be left, and after a failed one a
 * fresh containerd is started.
 *
 * <p>The command lines work in the image and, in host mode, on the machine.
 */
@Tag("containerd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SmokeScenarios {
    private static final List<String> TASK_TOPICS =
            List.of("/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete");

    private final ContainerdRelease release;
    final Pair pair;
    PrivateContainerd containerd;
    private TestAbortedException reasonToSkip;

    SmokeScenarios(ContainerdRelease release, Pair pair) {
        this.release = release;
        this.pair = pair;
    }

    @RegisterExtension final AfterTestExecutionCallback leftovers = this::afterTest;

    private void afterTest(ExtensionContext context) {
        boolean clean = false;
        try {
            if (context.getExecutionException().isEmpty()) {
                containerd.assertNothingLeft();
                clean = true;
            }
        } finally {
            if (!clean) {
                System.err.println(context.getDisplayName() + " failed");
                System.err.println(containerd.diagnostics());
                containerd.close();
                containerd = new PrivateContainerd(release, pair);
            }
        }
    }

    @BeforeAll
    void startContainerd() {
        try {
            Root.assume();
            containerd = new PrivateContainerd(release, pair);
        } catch (TestAbortedException e) {
            reasonToSkip = e;
        }
    }

    /**
     * Reported for each test: a class that is skipped as a whole leaves no trace in the reports.
     */
    @BeforeEach
    void skipWhereNothingRuns() {
        if (reasonToSkip != null) {
            throw reasonToSkip;
        }
    }

    @AfterAll
    void closeContainerd() {
        if (containerd != null) {
            containerd.close();
        }
    }

    /** Five at once, or as many as the system property reaper.test.parallel says. */
    @Test
    void containersAtOnceKeepTheirOutputExitCodesAndEvents() {
        List<String> endings =
                List.of("exit 0", "exit 1", "exit 7", "/no/such/program", "sh -c 'kill -9 $$'");
        List<Integer> codes = List.of(0, 1, 7, 127, 128 + 9);
        int count = Integer.getInteger("reaper.test.parallel", endings.size());
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String script =
                    "echo out-%1$d; echo err-%1$d >&2; %2$s"
                            .formatted(i, endings.get(i % endings.size()));
            // a shell may execute its last command itself: the status must be that of a child
            jobs.add(startRun("many-" + i, List.of("--rm"), "sh", "-c", script + "; exit $?"));
        }
        for (int i = 0; i < count; i++) {
            Job.Result result = jobs.get(i).await(PrivateContainerd.DEADLINE);
            int code = codes.get(i % codes.size());
            assertEquals("out-" + i + "\n", result.expect(code).stdout());
            assertTrue(result.stderr().startsWith("err-" + i + "\n"), result::stderr);
            assertLifeOf("many-" + i, code);
        }
    }

    @Test
    void killEndsARunningContainer() {
        Path ready = containerd.share().resolve("kill-ready");
        String script =
                "trap 'kill $!; exit 43' TERM; sleep 1000 & touch %s; wait".formatted(ready);
        startRun("term", detached("--null-io"), "sh", "-c", script)
                .await(PrivateContainerd.DEADLINE)
                .expect(0);
        awaitFile(ready);
        int pid = containerd.awaitStatus(containerd.namespace(), "term", "RUNNING").pid();
        List<String> pids = ctr("task", "ps", "term").expect(0).stdout().lines().skip(1).toList();
        assertTrue(pids.stream().anyMatch(line -> line.startsWith("" + pid)), pids::toString);
        assertTrue(containerd.hasRootfs("term"), "the image's file system is mounted");
        ctr("task", "kill", "-s", "TERM", "term").expect(0);
        assertEnded("term", 43);
        assertLifeOf("term", 43);

        assertKilled("killed", "KILL", 128 + 9);
        if (pair.hasReaperRuntime()) { // a PID namespace shields its pid 1 from a plain TERM
            assertKilled("terminated", "TERM", 128 + 15);
        }
    }

    private void assertKilled(String id, String signal, int exitCode) {
        Job attached = startRun(id, List.of("--rm"), "sleep", "1000");
        containerd.awaitStatus(containerd.namespace(), id, "RUNNING");
        ctr("task", "kill", "-s", signal, id).expect(0);
        attached.await(PrivateContainerd.DEADLINE).expect(exitCode);
        assertLifeOf(id, exitCode);
    }

    /** Starts `ctr run` in the first containerd namespace. */
    final Job startRun(String id, List<String> options, String... command) {
        return startRun(containerd.namespace(), id, options, command);
    }

    final Job startRun(String namespace, String id, List<String> options, String... command) {
        return containerd.startCtr(namespace, runArguments(id, options, command));
    }

    /** The arguments of a `ctr run` with this pair, the share mounted at its own path. */
    final List<String> runArguments(String id, List<String> options, String... command) {
        return runArguments(BusyboxImage.NAME, id, options, command);
    }

    final List<String> runArguments(
            String image, String id, List<String> options, String... command) {
        List<String> line = new ArrayList<>(List.of("run"));
        line.addAll(pair.runOptions());
        line.addAll(options);
        String share = containerd.share().toString();
        line.addAll(
                List.of(
                        "--mount",
                        "type=bind,src=%1$s,dst=%1$s,options=rbind:rw".formatted(share)));
        line.addAll(List.of(image, id));
        line.addAll(Arrays.asList(command));
        return line;
    }

    final Job.Result run(String id, List<String> options, String... command) {
        return startRun(id, options, command).await(PrivateContainerd.DEADLINE);
    }

    static List<String> detached(String... more) {
        List<String> options = new ArrayList<>(List.of("-d"));
        options.addAll(Arrays.asList(more));
        return options;
    }

    final Job.Result ctr(String... arguments) {
        return containerd.ctr(containerd.namespace(), arguments);
    }

    static void awaitFile(Path file) {
        Await.until(PrivateContainerd.DEADLINE, () -> Files.exists(file), () -> file + " is there");
    }

    /**
     * runc's shim kills what is left only if the container has no PID namespace of its own: in host
     * mode our runtime gives it none, so the spec has to say so by joining the node's.
     */
    final List<String> leftoverOptions(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        if (pair == Pair.RUNC_SHIM_WITH_REAPER_RUNTIME) {
            all.addAll(List.of("--with-ns", "pid:/proc/1/ns/pid"));
        }
        return all;
    }

    /** Words of a shell script. */
    static String waitFor(Path file) {
        return "while [ ! -e " + file + " ]; do sleep 0.1; done; ";
    }

    static String touch(Path file) {
        return "touch " + file + "; ";
    }

    static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the end of a detached container, deletes it, and checks the exit code told. */
    final void assertEnded(String id, int exitCode) {
        containerd.awaitStatus(containerd.namespace(), id, "STOPPED");
        Job.Result deleted = ctr("task", "delete", id);
        // some versions of ctr end with the task's exit code, some only name it
        assertTrue(
                deleted.exitCode() == exitCode || deleted.stderr().contains("code " + exitCode),
                deleted::toString);
        ctr("container", "delete", id).expect(0);
    }

    /**
     * Create, start, exit, delete: in this order, each once, with the exit code. The last one of
     * runc's shim may be missing: it leaves without waiting for it.
     */
    final void assertLifeOf(String id, int exitCode) {
        String namespace = containerd.namespace();
        List<String> expected = pair.hasReaperShim() ? TASK_TOPICS : TASK_TOPICS.subList(0, 3);
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> containerd.events().topics(namespace, id).containsAll(expected),
                () -> expected + " of " + containerd.events().of(namespace, id));
        List<TaskEvents.Event> events = containerd.events().of(namespace, id);
        List<String> topics = events.stream().map(TaskEvents.Event::topic).toList();
        if (topics.size() < TASK_TOPICS.size()) {
            assertEquals(expected, topics);
        } else {
            assertEquals(TASK_TOPICS, topics);
        }
        int pid = events.getFirst().fields().path("pid").asInt();
        assertNotEquals(0, pid, events::toString);
        for (TaskEvents.Event event : events) {
            assertEquals(pid, event.fields().path("pid").asInt(), events::toString);
            if (!event.topic().equals("/tasks/create") && !event.topic().equals("/tasks/start")) {
                assertEquals(exitCode, event.exitStatus(), events::toString);
            }
        }
    }
}
