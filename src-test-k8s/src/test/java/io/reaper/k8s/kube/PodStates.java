package io.reaper.k8s.kube;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.reaper.k8s.ContainerStatus.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What the status of a pod says. */
final class PodStates {
    /** Reasons of waiting that are the ordinary way to a first start. */
    private static final Set<String> ON_THE_WAY =
            Set.of("", "ContainerCreating", "PodInitializing");

    /** What containerd records when it loses the connection to a shim. */
    private static final int UNKNOWN_END = 255;

    private PodStates() {}

    static io.reaper.k8s.ContainerStatus status(Pod pod, String container) {
        return all(pod).stream()
                .filter(status -> status.getName().equals(container))
                .findFirst()
                .map(PodStates::status)
                .orElseGet(() -> new io.reaper.k8s.ContainerStatus(State.WAITING, 0, "", "", 0));
    }

    private static io.reaper.k8s.ContainerStatus status(ContainerStatus status) {
        int restarts = Objects.requireNonNullElse(status.getRestartCount(), 0);
        ContainerState state = status.getState();
        if (state != null && state.getTerminated() != null) {
            ContainerStateTerminated end = state.getTerminated();
            return new io.reaper.k8s.ContainerStatus(
                    State.TERMINATED,
                    Objects.requireNonNullElse(end.getExitCode(), 0),
                    orEmpty(end.getReason()),
                    orEmpty(end.getMessage()),
                    restarts);
        }
        if (state != null && state.getRunning() != null) {
            return new io.reaper.k8s.ContainerStatus(State.RUNNING, 0, "", "", restarts);
        }
        return new io.reaper.k8s.ContainerStatus(
                State.WAITING, 0, waitingFor(status), waitingMessage(status), restarts);
    }

    /**
     * Whether each container has been started, or it is known that it will not be: an init
     * container has failed for good, or the kubelet says what is in the way.
     */
    static boolean isUnderWay(Pod pod) {
        if (pod.getStatus() == null) {
            return false;
        }
        List<ContainerStatus> containers = pod.getStatus().getContainerStatuses();
        boolean over = Set.of("Succeeded", "Failed").contains(orEmpty(pod.getStatus().getPhase()));
        return over
                || (!containers.isEmpty() && containers.stream().allMatch(PodStates::hasBegun))
                || all(pod).stream().anyMatch(PodStates::isInTheWay);
    }

    /** Whether a container's shim has died: its exit code is 255 then. */
    static boolean hasUnknownEnd(Pod pod) {
        return all(pod).stream()
                .map(PodStates::status)
                .anyMatch(status -> status.hasEnded() && status.exitCode() == UNKNOWN_END);
    }

    private static boolean hasBegun(ContainerStatus status) {
        return status(status).state() != State.WAITING || isInTheWay(status);
    }

    private static boolean isInTheWay(ContainerStatus status) {
        return status(status).state() == State.WAITING && !ON_THE_WAY.contains(waitingFor(status));
    }

    private static List<ContainerStatus> all(Pod pod) {
        List<ContainerStatus> all = new ArrayList<>();
        if (pod.getStatus() != null) {
            all.addAll(pod.getStatus().getInitContainerStatuses());
            all.addAll(pod.getStatus().getContainerStatuses());
        }
        return all;
    }

    private static String waitingFor(ContainerStatus status) {
        ContainerState state = status.getState();
        boolean said = state != null && state.getWaiting() != null;
        return said ? orEmpty(state.getWaiting().getReason()) : "";
    }

    private static String waitingMessage(ContainerStatus status) {
        ContainerState state = status.getState();
        boolean said = state != null && state.getWaiting() != null;
        return said ? orEmpty(state.getWaiting().getMessage()) : "";
    }

    private static String orEmpty(String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
