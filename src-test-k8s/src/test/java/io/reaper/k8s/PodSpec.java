package io.reaper.k8s;

import io.reaper.testing.BusyboxImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A pod to be made. Start with {@link #of} and change with the others.
 *
 * @param name unique among the pods of a test, a DNS label
 * @param runtime key of containerd's table of runtimes, and name of the RuntimeClass; empty: the
 *     node's own runtime
 * @param hostNetwork whether it is in the node's network
 * @param supplementalGroups of all containers
 * @param grace between TERM and KILL
 */
public record PodSpec(
        String name,
        String runtime,
        boolean hostNetwork,
        RestartPolicy restartPolicy,
        Duration grace,
        List<Long> supplementalGroups,
        Map<String, String> annotations,
        List<ContainerSpec> initContainers,
        List<ContainerSpec> containers) {
    public static final String REAPER = "reaper-v2";
    public static final String RUNC = "runc";

    /** On each node of a cluster under test; imported, since no registry has it. */
    public static final String IMAGE = BusyboxImage.NAME;

    /** When an ended container is started again. */
    public enum RestartPolicy {
        NEVER,
        ON_FAILURE,
        ALWAYS
    }

    public PodSpec {
        supplementalGroups = List.copyOf(supplementalGroups);
        annotations = Map.copyOf(annotations);
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }

    /**
     * On Reaper, in the node's network, never restarted, with a grace period of 30 s. The system
     * property reaper.test.runtime names another runtime: runc checks the scenarios themselves.
     */
    public static PodSpec of(String name, ContainerSpec... containers) {
        return new PodSpec(
                name,
                System.getProperty("reaper.test.runtime", REAPER),
                true,
                RestartPolicy.NEVER,
                Duration.ofSeconds(30),
                List.of(),
                Map.of(),
                List.of(),
                List.of(containers));
    }

    public PodSpec withRuntime(String other) {
        return new PodSpec(
                name,
                other,
                hostNetwork,
                restartPolicy,
                grace,
                supplementalGroups,
                annotations,
                initContainers,
                containers);
    }

    public PodSpec withOwnNetwork() {
        return new PodSpec(
                name,
                runtime,
                false,
                restartPolicy,
                grace,
                supplementalGroups,
                annotations,
                initContainers,
                containers);
    }

    public PodSpec withRestartPolicy(RestartPolicy other) {
        return new PodSpec(
                name,
                runtime,
                hostNetwork,
                other,
                grace,
                supplementalGroups,
                annotations,
                initContainers,
                containers);
    }

    public PodSpec withGrace(Duration other) {
        return new PodSpec(
                name,
                runtime,
                hostNetwork,
                restartPolicy,
                other,
                supplementalGroups,
                annotations,
                initContainers,
                containers);
    }

    public PodSpec withSupplementalGroups(Long... groups) {
        return new PodSpec(
                name,
                runtime,
                hostNetwork,
                restartPolicy,
                grace,
                List.of(groups),
                annotations,
                initContainers,
                containers);
    }

    public PodSpec withAnnotations(Map<String, String> others) {
        return new PodSpec(
                name,
                runtime,
                hostNetwork,
                restartPolicy,
                grace,
                supplementalGroups,
                others,
                initContainers,
                containers);
    }

    public PodSpec withInitContainers(ContainerSpec... others) {
        return new PodSpec(
                name,
                runtime,
                hostNetwork,
                restartPolicy,
                grace,
                supplementalGroups,
                annotations,
                List.of(others),
                containers);
    }

    /** The one with this name, among the init containers too. */
    public ContainerSpec container(String container) {
        List<ContainerSpec> all = new ArrayList<>(initContainers);
        all.addAll(containers);
        return all.stream()
                .filter(spec -> spec.name().equals(container))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no container " + container + " in " + name));
    }
}
