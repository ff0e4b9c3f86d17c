package io.reaper.k8s.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.api.ContainerStats;
import io.reaper.k8s.api.Empty;
import io.reaper.k8s.api.ListContainerStatsResponse;
import io.reaper.k8s.api.PodSandboxRequest;
import io.reaper.k8s.api.PodSandboxStats;
import io.reaper.k8s.api.PodSandboxStatsResponse;
import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All that holds of pods on any cluster, and what only a kubelet sees. */
abstract class CriScenarios extends SandboxScenarios {
    CriScenarios(ContainerdRelease release) {
        super(release);
    }

    @Test
    void theLogTellsTheStreamsApartAndALineWithoutItsEnd() {
        CriPod pod =
                runByCri(
                        PodSpec.of(
                                "log",
                                ContainerSpec.script(
                                        "main", "echo out; echo err >&2; printf 'no end'")));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        List<LogLine> lines = pod.logLines("main");
        assertEquals(List.of("out F", "no end P"), streamOf(lines, "stdout"));
        assertEquals(List.of("err F"), streamOf(lines, "stderr"));
    }

    private static List<String> streamOf(List<LogLine> lines, String stream) {
        return lines.stream()
                .filter(line -> line.stream().equals(stream))
                .map(line -> line.text() + (line.isPartial() ? " P" : " F"))
                .toList();
    }

    @Test
    void theLogGoesOnInANewFileAfterItsRotation() throws IOException {
        CriPod pod =
                runByCri(
                        PodSpec.of(
                                "rotation",
                                ContainerSpec.script(
                                                "main",
                                                "echo before; read a; echo after; exec sleep 1000")
                                        .withStdin()));
        awaitLog(pod, "main", "before\n");
        Path log = pod.logFile("main");
        Path rotated = log.resolveSibling("0.log.1");
        Files.move(log, rotated);
        pod.reopenLog("main");
        try (var session = pod.attach("main")) {
            session.type("go\n");
            awaitLog(pod, "main", "after\n");
        }
        assertEquals("after\n", pod.logs("main"));
        assertEquals("before\n", LogLine.text(LogLine.read(rotated)));
    }

    @Test
    void aStoppedContainerTellsHowItEnded() {
        String handler = "trap 'echo bye; kill $!; exit 5' TERM; sleep 1000 & echo ready; wait";
        CriPod pod =
                runByCri(
                        PodSpec.of(
                                "stop",
                                ContainerSpec.script("handler", handler),
                                ContainerSpec.script(
                                        "heedless",
                                        "trap '' TERM; echo ready; while :; do sleep 1000; done"),
                                ContainerSpec.of("plain", "/bin/sleep", "1000")));
        awaitLog(pod, "handler", "ready");
        awaitLog(pod, "heedless", "ready");
        pod.stop("handler", Duration.ofSeconds(60));
        assertEquals(5, pod.status("handler").exitCode());
        assertEquals("ready\nbye\n", pod.logs("handler"));
        pod.stop("heedless", Duration.ofSeconds(1));
        assertEquals(137, pod.status("heedless").exitCode());
        // a PID namespace shields its first process from a plain TERM
        boolean shielded = pod.spec().runtime().equals(PodSpec.RUNC);
        pod.stop("plain", Duration.ofSeconds(shielded ? 1 : 60));
        assertEquals(shielded ? 137 : 143, pod.status("plain").exitCode());
        assertTrue(pod.isReady());
        // again, of what has ended
        pod.stop("plain", Duration.ofSeconds(60));
    }

    @Test
    void aCommandThatTakesTooLongIsKilled() {
        CriPod pod =
                runByCri(PodSpec.of("timeout", ContainerSpec.of("main", "/bin/sleep", "1000")));
        String mark = "200" + ProcessHandle.current().pid();
        PodException late =
                assertThrows(
                        PodException.class,
                        () -> pod.exec("main", Duration.ofSeconds(1), List.of("/bin/sleep", mark)));
        assertTrue(late.getMessage().contains("DEADLINE_EXCEEDED"), late::getMessage);
        assertTrue(late.getMessage().contains("timeout 1s exceeded"), late::getMessage);
        Await.until(
                DEADLINE,
                () ->
                        cluster().node().processes().stream()
                                .noneMatch(process -> process.command().contains(mark)),
                () -> "the command has ended: " + cluster().node().processes());
        assertTrue(pod.status("main").isRunning());
        assertEquals("", pod.exec("main", List.of("/bin/true")).expect(0).stdout());
    }

    /** One container's statistics must not cost the node all of them. */
    @Test
    void statisticsOfTheNodeAreThereWhateverRuns() {
        CriPod pod =
                runByCri(
                        PodSpec.of(
                                "stats",
                                ContainerSpec.script("busy", "while :; do :; done"),
                                ContainerSpec.of("idle", "/bin/sleep", "1000"),
                                ContainerSpec.of("ended", "/bin/true")));
        assertEquals(0, awaitEnd(pod, "ended").exitCode());
        String busy = pod.containerId("busy");
        long first = cpu(busy);
        Await.until(DEADLINE, () -> cpu(busy) > first, () -> "more than " + first + " ns");
        assertTrue(statistics(busy).getMemory().getWorkingSetBytes().getValue() > 0);
        ContainerStats idle = statistics(pod.containerId("idle"));
        assertTrue(idle.getMemory().getWorkingSetBytes().getValue() > 0, idle::toString);
        assertTrue(podStatistics(pod).hasAttributes());
    }

    private long cpu(String id) {
        return statistics(id).getCpu().getUsageCoreNanoSeconds().getValue();
    }

    /** Of all containers of the node, as the kubelet asks. */
    private ContainerStats statistics(String id) {
        List<ContainerStats> all =
                cluster()
                        .node()
                        .client()
                        .call(
                                "ListContainerStats",
                                Empty.getDefaultInstance(),
                                ListContainerStatsResponse.getDefaultInstance())
                        .getStatsList();
        return all.stream()
                .filter(stats -> stats.getAttributes().getId().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " is not in " + all));
    }

    private PodSandboxStats podStatistics(CriPod pod) {
        return cluster()
                .node()
                .client()
                .call(
                        "PodSandboxStats",
                        PodSandboxRequest.newBuilder().setPodSandboxId(pod.sandboxId()).build(),
                        PodSandboxStatsResponse.getDefaultInstance())
                .getStats();
    }

    /** Its program killed by somebody else is a container that has ended, in a living pod. */
    @Test
    void aKilledProgramEndsItsContainerAlone() {
        String mark = "300" + ProcessHandle.current().pid();
        CriPod pod =
                runByCri(
                        PodSpec.of(
                                "killed",
                                ContainerSpec.of("main", "/bin/sleep", mark),
                                ContainerSpec.of("other", "/bin/sleep", "1000")));
        // started, it may not show its new command line yet (execve(2) sets it last)
        Await.until(
                DEADLINE,
                () -> processes("/bin/sleep " + mark).size() == 1,
                () -> "the program runs: " + cluster().node().processes());
        cluster().node().signal(processes("/bin/sleep " + mark).getFirst().pid(), "KILL");
        ContainerStatus status = awaitEnd(pod, "main");
        assertEquals(137, status.exitCode());
        assertEquals("Error", status.reason());
        assertTrue(pod.isReady());
        assertTrue(pod.status("other").isRunning());
    }
}
