package io.reaper.k8s.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.FaultScenarios;
import io.reaper.k8s.Pod;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Faults of any cluster's nodes, and those for which containerd is held in one's hand. Of the
 * executables: containerd gives a reload and a {@code delete} 5 s each, which a JVM on a busy
 * machine may need for its start.
 */
@Tag("containerd")
@Tag("native")
abstract class CriFaultScenarios extends FaultScenarios<CriCluster> {
    /** What 1.6, 1.7 and 2.x say of a shim that does not answer in time. */
    private static final Pattern LOST_SHIM =
            Pattern.compile("load shim|shim disconnected|dead shim|leaked shim");

    private final ContainerdRelease release;

    CriFaultScenarios(ContainerdRelease release) {
        this.release = release;
    }

    @Override
    protected CriCluster startCluster() {
        return CriCluster.start(release);
    }

    /** containerd gives each shim 5 s, or says so, and takes it for dead. */
    @Override
    protected void assertRecovered(int count, Duration time) {
        super.assertRecovered(count, time);
        String log = cluster().node().containerdLog();
        List<String> lost = log.lines().filter(LOST_SHIM.asPredicate()).toList();
        assertEquals(List.of(), lost);
    }

    /**
     * Their ends are found when containerd comes back, with the real codes. Their last output waits
     * in the FIFOs, but whether it reaches the log is containerd's affair: it deletes what has
     * ended as soon as it has found it, and closes the FIFOs even while it is still opening them.
     */
    @Test
    void whatEndsWhileContainerdIsDownKeepsItsExitCode() {
        int count = 3;
        List<Pod> pods = runAll(count, i -> counting("meanwhile-" + i, 40 + i));
        pods.forEach(pod -> awaitLog(pod, "main", "line-1\n"));
        cluster().node().killContainerd();
        for (int i = 1; i < count; i++) {
            int pid = process("meanwhile-" + i).pid();
            cluster().node().signal(pid, "TERM");
            Await.until(
                    DEADLINE,
                    () -> cluster().node().processes().stream().noneMatch(p -> p.pid() == pid),
                    () -> "process " + pid + " has ended");
        }
        cluster().node().startContainerd();
        assertTrue(pods.stream().allMatch(Pod::isReady));
        assertTrue(pods.getFirst().status("main").isRunning());
        for (int i = 1; i < count; i++) {
            ContainerStatus status = awaitEnd(pods.get(i), "main");
            assertEquals(40 + i, status.exitCode(), status::toString);
            assertEquals("Error", status.reason());
        }
    }

    /** A container for which the runtime is missing is a start error that names it. */
    @Test
    void aRuntimeThatIsMissingForAContainerIsNamed() {
        PodSpec spec = counting("half", 1).withRestartPolicy(PodSpec.RestartPolicy.ALWAYS);
        CriPod pod = (CriPod) run(spec);
        awaitLog(pod, "main", "line-1\n");
        pod.stop("main", Duration.ofSeconds(60));
        without(
                "reaper-runtime",
                () -> {
                    ContainerStatus status = pod.status("main"); // starts it again
                    assertEquals(128, status.exitCode(), status::toString);
                    assertEquals("StartError", status.reason());
                    assertTrue(status.message().contains("reaper-runtime"), status::toString);
                    assertTrue(pod.isReady());
                });
        ContainerStatus again = await(pod, "main", ContainerStatus::isRunning);
        assertEquals(2, again.restarts());
    }
}
