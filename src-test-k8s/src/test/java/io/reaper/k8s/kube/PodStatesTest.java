package io.reaper.k8s.kube;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.ContainerStatus.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statuses as a kubelet writes them. */
final class PodStatesTest {
    private static Pod pod(String status) {
        return Serialization.unmarshal(
                "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, status: " + status + "}",
                Pod.class);
    }

    private static Pod waiting(String reason) {
        return pod(
                ("{phase: Pending, containerStatuses: [{name: c, restartCount: 0,"
                                + " state: {waiting: {reason: %s, message: m}}}]}")
                        .formatted(reason));
    }

    @Test
    void anEndHasCodeReasonMessageAndRestarts() {
        Pod pod =
                pod(
                        "{phase: Running, containerStatuses: [{name: c, restartCount: 2, state:"
                            + " {terminated: {exitCode: 137, reason: OOMKilled, message: m}}}]}");

        assertEquals(
                new ContainerStatus(State.TERMINATED, 137, "OOMKilled", "m", 2),
                PodStates.status(pod, "c"));
    }

    @Test
    void initContainersAreAmongThem() {
        Pod pod =
                pod(
                        "{phase: Pending, initContainerStatuses: [{name: i, restartCount: 0, state:"
                                + " {running: {}}}]}");

        assertTrue(PodStates.status(pod, "i").isRunning());
        assertFalse(PodStates.isUnderWay(pod));
    }

    @Test
    void whoIsNotMentionedWaits() {
        assertAll(
                () ->
                        assertEquals(
                                State.WAITING,
                                PodStates.status(pod("{phase: Pending}"), "c").state()),
                () -> assertFalse(PodStates.isUnderWay(pod("{phase: Pending}"))),
                () -> assertFalse(PodStates.isUnderWay(pod("null"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ContainerCreating", "PodInitializing", "\"\""})
    void onTheWayToAStart(String reason) {
        assertFalse(PodStates.isUnderWay(waiting(reason)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CrashLoopBackOff", "ErrImageNeverPull", "RunContainerError"})
    void aStartThatFailsIsOneToo(String reason) {
        ContainerStatus status = PodStates.status(waiting(reason), "c");

        assertAll(
                () -> assertTrue(PodStates.isUnderWay(waiting(reason))),
                () -> assertEquals(State.WAITING, status.state()),
                () -> assertEquals(reason, status.reason()),
                () -> assertEquals("m", status.message()));
    }

    @Test
    void anEndOfWhichNothingIsKnownIsSeen() {
        String ended =
                "{phase: Failed, containerStatuses: [{name: c, restartCount: 0, state: {terminated:"
                        + " {exitCode: %d, reason: Error}}}]}";

        assertTrue(PodStates.hasUnknownEnd(pod(ended.formatted(255))));
        assertFalse(PodStates.hasUnknownEnd(pod(ended.formatted(137))));
        assertFalse(PodStates.hasUnknownEnd(pod("{phase: Pending}")));
    }

    @Test
    void allHaveToBegin() {
        String running = "{name: a, restartCount: 0, state: {running: {}}}";
        String creating =
                "{name: b, restartCount: 0, state: {waiting: {reason: ContainerCreating}}}";

        assertAll(
                () ->
                        assertFalse(
                                PodStates.isUnderWay(
                                        pod(
                                                "{phase: Pending, containerStatuses: [%s, %s]}"
                                                        .formatted(running, creating)))),
                () ->
                        assertTrue(
                                PodStates.isUnderWay(
                                        pod(
                                                "{phase: Running, containerStatuses: [%s]}"
                                                        .formatted(running)))),
                () -> assertTrue(PodStates.isUnderWay(pod("{phase: Failed}"))));
    }
}
