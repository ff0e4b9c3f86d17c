package io.reaper.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Pods' lives: several containers, restarts, ends, many at once. */
public abstract class LifeScenarios<C extends Cluster> extends StreamScenarios<C> {
    /** No pod of these tests needs that long to end by itself. */
    private static final Duration LONG_GRACE = Duration.ofSeconds(60);

    @Test
    void aPodThatEndsAtTermIsGoneBeforeItsGraceIsOver() {
        Pod pod =
                run(
                        PodSpec.of(
                                "term",
                                ContainerSpec.script(
                                        "main",
                                        "trap 'kill $!; exit 5' TERM; sleep 1000 & echo ready;"
                                                + " wait")));
        awaitLog(pod, "main", "ready");
        assertTrue(deletionOf(pod, LONG_GRACE).compareTo(LONG_GRACE) < 0);
        assertNothingLeft();
    }

    @Test
    void aPodThatPaysNoHeedToTermIsKilledWhenItsGraceIsOver() {
        Pod pod =
                run(
                        PodSpec.of(
                                "heedless",
                                ContainerSpec.script(
                                        "main",
                                        "trap '' TERM; echo ready; while :; do sleep 1000;"
                                                + " done")));
        awaitLog(pod, "main", "ready");
        Duration grace = Duration.ofSeconds(2);
        Duration took = deletionOf(pod, grace);
        assertTrue(took.compareTo(grace) >= 0, took::toString);
        assertNothingLeft();
    }

    private static Duration deletionOf(Pod pod, Duration grace) {
        long before = System.nanoTime();
        pod.delete(grace);
        return Duration.ofNanos(System.nanoTime() - before);
    }

    @Test
    void initContainersRunOneAfterTheOtherAndThenAllOthers() {
        PodSpec spec =
                PodSpec.of(
                                "several",
                                ContainerSpec.script("left", "echo left; exec sleep 1000"),
                                ContainerSpec.script("right", "echo right; exit 6"))
                        .withInitContainers(
                                ContainerSpec.script("first", "echo first"),
                                ContainerSpec.script("second", "echo second"));
        Pod pod = run(spec);
        assertEquals(6, awaitEnd(pod, "right").exitCode());
        awaitRunning(pod, "left");
        for (String init : List.of("first", "second")) {
            ContainerStatus status = pod.status(init);
            assertTrue(status.hasEnded(), status::toString);
            assertEquals(0, status.exitCode());
            assertEquals(init + "\n", pod.logs(init));
        }
        awaitLog(pod, "left", "left\n");
        assertEquals("right\n", pod.logs("right"));
        assertEquals("", pod.exec("left", List.of("/bin/true")).expect(0).stdout());
    }

    @Test
    void aFailedInitContainerKeepsTheOthersFromStarting() {
        Pod pod =
                run(
                        PodSpec.of("init-fails", ContainerSpec.of("main", "/bin/sleep", "1000"))
                                .withInitContainers(ContainerSpec.script("init", "exit 9")));
        assertEquals(9, awaitEnd(pod, "init").exitCode());
        assertEquals(ContainerStatus.State.WAITING, pod.status("main").state());
    }

    @Test
    void aFailingContainerIsStartedAgain() {
        PodSpec spec =
                PodSpec.of(
                                "restarts",
                                ContainerSpec.script("failing", "echo once; exit 3"),
                                ContainerSpec.of("steady", "/bin/sleep", "1000"))
                        .withRestartPolicy(PodSpec.RestartPolicy.ON_FAILURE);
        Pod pod = run(spec);
        ContainerStatus again = await(pod, "failing", status -> status.restarts() >= 2);
        assertTrue(again.restarts() >= 2);
        assertEquals(0, pod.status("steady").restarts());
        assertTrue(pod.status("steady").isRunning());
    }

    /** What a program leaves in the background ends with its container, not with the pod. */
    @Test
    void whatAContainerLeavesBehindEndsWithIt() {
        String mark = "100" + ProcessHandle.current().pid();
        String leftover = "(setsid sh -c 'echo there; exec sleep " + mark + "' &); ";
        Pod pod =
                run(
                        PodSpec.of(
                                "orphans",
                                ContainerSpec.script("main", leftover + "read a; exit 2")
                                        .withStdin(),
                                ContainerSpec.of("other", "/bin/sleep", "1000")));
        awaitLog(pod, "main", "there");
        try (Session session = pod.attach("main")) {
            session.type("\n");
            assertEquals(2, awaitEnd(pod, "main").exitCode());
        }
        assertFalse(
                cluster().node().processes().stream()
                        .anyMatch(process -> process.command().contains("sleep " + mark)));
        assertTrue(pod.status("other").isRunning());
    }

    /** 30, or as many as the system property reaper.test.pods says. */
    @Test
    void manyPodsAtOnceKeepTheirOutputAndExitCodes() {
        int count = many();
        List<Future<Pod>> made = new ArrayList<>();
        try (ExecutorService all = Executors.newFixedThreadPool(count)) {
            for (int i = 0; i < count; i++) {
                String script = "echo out-%1$d; exit %1$d".formatted(i);
                PodSpec spec = PodSpec.of("many-" + i, ContainerSpec.script("main", script));
                made.add(all.submit(() -> run(spec)));
            }
            List<Future<?>> deleted = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Pod pod = get(made.get(i));
                assertEquals(i, awaitEnd(pod, "main").exitCode());
                assertEquals("out-" + i + "\n", pod.logs("main"));
                assertTrue(pod.isReady(), "a sandbox outlives its containers");
                deleted.add(all.submit(() -> pod.delete(LONG_GRACE)));
            }
            deleted.forEach(LifeScenarios::get);
        }
        assertNothingLeft();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
