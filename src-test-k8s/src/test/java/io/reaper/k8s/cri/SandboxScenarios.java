package io.reaper.k8s.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.LifeScenarios;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.NodeProcess;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is on the node of a pod beside its programs. */
@Tag("containerd")
abstract class SandboxScenarios extends LifeScenarios<CriCluster> {
    private final ContainerdRelease release;

    SandboxScenarios(ContainerdRelease release) {
        this.release = release;
    }

    @Override
    protected CriCluster startCluster() {
        return CriCluster.start(release);
    }

    final CriPod runByCri(PodSpec spec) {
        return (CriPod) run(spec);
    }

    final List<NodeProcess> processes(String word) {
        return cluster().node().processes().stream()
                .filter(process -> process.command().contains(word))
                .toList();
    }

    /** The program of the pause image is not on the node. */
    @Test
    void theSandboxIsALivingPlaceholderWhoseEndIsThePods() {
        CriPod pod =
                runByCri(PodSpec.of("sandbox", ContainerSpec.of("main", "/bin/sleep", "1000")));
        assumeReaper(pod);
        int pid = sandboxPid(pod);
        List<NodeProcess> found = processes("reaper-pause");
        assertEquals(List.of(pid), found.stream().map(NodeProcess::pid).toList());
        assertFalse(found.getFirst().isZombie());
        assertTrue(pod.isReady());

        cluster().node().signal(pid, "KILL");
        Await.until(DEADLINE, () -> !pod.isReady(), () -> "the pod's sandbox is not ready");
        assertTrue(pod.status("main").isRunning(), "what the kubelet stops then");
    }

    /** Of its sandbox, its init containers and all others. */
    @Test
    void eachPodHasOneDaemon() {
        CriPod first = runByCri(severalContainers("daemon-a"));
        assumeReaper(first);
        CriPod second = runByCri(severalContainers("daemon-b"));
        for (CriPod pod : List.of(first, second)) {
            awaitRunning(pod, "left");
            assertEquals(0, awaitEnd(pod, "right").exitCode());
        }
        awaitDaemons(2);
        first.close();
        awaitDaemons(1);
        assertTrue(second.status("left").isRunning());
    }

    private static PodSpec severalContainers(String name) {
        return PodSpec.of(
                        name,
                        ContainerSpec.of("left", "/bin/sleep", "1000"),
                        ContainerSpec.of("right", "/bin/true"))
                .withInitContainers(ContainerSpec.of("init", "/bin/true"));
    }

    /** containerd may still be running the shim's commands start and delete. */
    private void awaitDaemons(int count) {
        String program = "containerd-shim-reaper-v2";
        Await.until(
                DEADLINE,
                () -> processes(program).size() == count,
                () -> count + " daemons: " + processes(program));
    }

    private static void assumeReaper(CriPod pod) {
        Assumptions.assumeTrue(
                pod.spec().runtime().equals(PodSpec.REAPER), "only Reaper's pods are like that");
    }

    private static int sandboxPid(CriPod pod) {
        String info = pod.sandboxStatus().getInfoOrThrow("info");
        try {
            return new ObjectMapper().readTree(info).path("pid").asInt();
        } catch (JsonProcessingException e) {
            throw new AssertionError(info, e);
        }
    }
}
