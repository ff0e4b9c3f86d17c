package io.reaper.shim.containerd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What our shim does with any runtime behind it, and runc's shim does not. */
abstract class ReaperShimScenarios extends ContainerScenarios {

    ReaperShimScenarios(ContainerdRelease release, Pair pair) {
        super(release, pair);
    }

    /**
     * A container writes and ends while neither containerd nor a client is there. runc's shim drops
     * what nobody has read, and containerd 2 deletes that shim's ended tasks when it starts.
     */
    @Test
    void outputAndExitWhileContainerdIsDownArriveAfterwards() {
        Path go = containerd.share().resolve("ended-go");
        Path ended = containerd.share().resolve("ended");
        String script = waitFor(go) + "echo last words; " + touch(ended) + "exit 9";
        run("ended", detached(), "sh", "-c", script).expect(0);
        containerd.kill();
        create(go);
        awaitFile(ended);
        containerd.start(Map.of());
        containerd.awaitStatus(containerd.namespace(), "ended", "STOPPED");
        // not by `ctr task attach`, which may close the streams of what has ended as it opens them
        Job.Result output =
                containerd.node().run("sh", "-c", "head -n 1 /run/containerd/fifo/*/ended-stdout");
        assertEquals("last words\n", output.expect(0).stdout());
        assertEnded("ended", 9);
    }

    /**
     * The runtime's directory is one for all containerd namespaces: the first one wins and lives.
     */
    @Test
    void anIdInUseInAnotherContainerdNamespaceIsRefused() {
        run("same", detached("--null-io"), "sleep", "1000").expect(0);
        Job.Result second =
                startRun(containerd.otherNamespace(), "same", List.of("--rm"), "echo", "hi")
                        .await(PrivateContainerd.DEADLINE);
        assertNotEquals(0, second.exitCode(), second::toString);
        assertTrue(second.stderr().contains("exist"), second::toString);
        if (pair.hasReaperRuntime()) { // names the bundle of the holder
            assertTrue(
                    second.stderr().contains(containerd.namespace() + "/same"), second::toString);
        }
        assertEquals("", second.stdout());
        assertEquals(
                "RUNNING", containerd.task(containerd.namespace(), "same").orElseThrow().status());
        ctr("task", "kill", "-s", "KILL", "same").expect(0);
        assertEnded("same", 128 + 9);
        assertLifeOf("same", 128 + 9);
    }

    /** The exit status outlives the daemon: it is on disk before anyone is told. */
    @Test
    @Tag("native") // containerd gives a delete 5 s: the JVM may need them for its start
    void killingTheShimOfAnEndedContainerKeepsItsExitStatus() {
        String namespace = containerd.namespace();
        Path go = containerd.share().resolve("kept-go");
        run("kept", detached("--null-io"), "sh", "-c", waitFor(go) + "exit 11").expect(0);
        int pid = containerd.awaitStatus(namespace, "kept", "RUNNING").pid();
        int daemon = containerd.process(pid).orElseThrow().parent();
        create(go);
        containerd.awaitStatus(namespace, "kept", "STOPPED");
        containerd.node().signal(daemon, "KILL");
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> containerd.events().topics(namespace, "kept").contains("/tasks/delete"),
                () -> "told: " + containerd.events().of(namespace, "kept"));
        TaskEvents.Event deleted = containerd.events().of(namespace, "kept").getLast();
        assertEquals(11, deleted.exitStatus(), deleted::toString);
        assertEquals(pid, deleted.fields().path("pid").asInt(), deleted::toString);
        ctr("container", "delete", "kept").expect(0);
    }

    @Test
    void aMissingRuntimeIsNamedWithItsVariable() {
        containerd.restart(Map.of("REAPER_RUNTIME_PATH", "/no/such/runtime"));
        try {
            Job.Result result = run("no-runtime", List.of("--rm"), "echo", "hi");
            assertNotEquals(0, result.exitCode());
            assertTrue(result.stderr().contains("/no/such/runtime"), result::toString);
            assertTrue(result.stderr().contains("REAPER_RUNTIME_PATH"), result::toString);
        } finally {
            containerd.restart(Map.of());
        }
    }

    /** A client's options, as a handler's: they win over the environment, for their container. */
    @Test
    void optionsChooseTheRuntimesSettings() throws IOException {
        Path root = containerd.share().resolve("options-root");
        Path file =
                Files.writeString(
                        containerd.share().resolve("options.conf"), "REAPER_RUNTIME_ROOT=" + root);
        List<String> options = List.of("--rm", "--runtime-config-path", file.toString());
        Job.Result run = run("optioned", options, "ls", root.toString());
        assertEquals("optioned\n", run.expect(0).stdout());
        Files.writeString(file, "REAPER_ROOT=/x\n");
        Job.Result wrong = run("wrong", options, "true");
        assertNotEquals(0, wrong.exitCode(), wrong::toString);
        assertTrue(
                wrong.stderr().contains(file + " line 1: unknown key \"REAPER_ROOT\""),
                wrong::toString);
        assertEquals("", ctr("container", "ls", "-q").expect(0).stdout());
    }

    /** What needs cgroups is refused in one line, and a runc container beside is not hurt by it. */
    @Test
    void whatHostModeCannotDoIsSaid() {
        runSleeper("plain");
        List<String> beside = new ArrayList<>(List.of("run", "-d", "--null-io"));
        beside.addAll(Pair.RUNC.runOptions());
        beside.addAll(List.of(BusyboxImage.NAME, "beside", "sleep", "1000"));
        containerd
                .startCtr(containerd.namespace(), beside)
                .await(PrivateContainerd.DEADLINE)
                .expect(0);
        for (String verb : List.of("pause", "resume")) {
            Job.Result refused = ctr("task", verb, "plain");
            assertNotEquals(0, refused.exitCode(), refused::toString);
            assertEquals(1, refused.stderr().strip().lines().count(), refused::toString);
        }
        assertEquals(
                "RUNNING", containerd.task(containerd.namespace(), "plain").orElseThrow().status());
        for (String measured : List.of("plain", "beside")) {
            Job.Result metrics = ctr("task", "metrics", measured).expect(0);
            assertTrue(metrics.stdout().contains("memory"), metrics::toString);
        }
        endSleeper("plain");
        endSleeper("beside");
    }
}
