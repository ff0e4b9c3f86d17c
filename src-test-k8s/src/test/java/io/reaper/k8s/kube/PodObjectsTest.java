package io.reaper.k8s.kube;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.PodSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Descriptions of pods as the API takes them. */
final class PodObjectsTest {
    @Test
    void everythingOfAPodIsSaid() {
        Pod pod =
                PodObjects.pod(
                        PodSpec.of("web", ContainerSpec.of("main", "/bin/true"))
                                .withGrace(Duration.ofSeconds(7))
                                .withRestartPolicy(PodSpec.RestartPolicy.ON_FAILURE)
                                .withSupplementalGroups(4L, 20L)
                                .withAnnotations(Map.of("reaper.runtime/x", "y"))
                                .withInitContainers(ContainerSpec.of("first", "/bin/true")),
                        "n-1");

        assertAll(
                () -> assertEquals("web", pod.getMetadata().getName()),
                () ->
                        assertEquals(
                                Map.of("reaper.runtime/x", "y"),
                                pod.getMetadata().getAnnotations()),
                () -> assertEquals("reaper-v2", pod.getSpec().getRuntimeClassName()),
                () -> assertEquals(true, pod.getSpec().getHostNetwork()),
                () -> assertEquals("OnFailure", pod.getSpec().getRestartPolicy()),
                () -> assertEquals(7, pod.getSpec().getTerminationGracePeriodSeconds()),
                () -> assertEquals(false, pod.getSpec().getAutomountServiceAccountToken()),
                () ->
                        assertEquals(
                                Map.of("kubernetes.io/hostname", "n-1"),
                                pod.getSpec().getNodeSelector()),
                () ->
                        assertEquals(
                                List.of(4L, 20L),
                                pod.getSpec().getSecurityContext().getSupplementalGroups()),
                () -> assertEquals("first", pod.getSpec().getInitContainers().getFirst().getName()),
                () -> assertEquals("main", pod.getSpec().getContainers().getFirst().getName()));
    }

    @Test
    void everythingOfAContainerIsSaid() {
        Container container =
                only(
                        PodSpec.of(
                                "web",
                                ContainerSpec.of("main", "/bin/sh", "-c", "echo $X $$ $(id)")
                                        .withArgs("$1")
                                        .withEnv(Map.of("X", "$(Y)"))
                                        .withWorkingDir("/tmp")
                                        .withUser(1000, 3000)
                                        .withTerminal()));

        assertAll(
                () -> assertEquals(PodSpec.IMAGE, container.getImage()),
                () -> assertEquals("Never", container.getImagePullPolicy()),
                // what Kubernetes makes one $ of
                () ->
                        assertEquals(
                                List.of("/bin/sh", "-c", "echo $$X $$$$ $$(id)"),
                                container.getCommand()),
                () -> assertEquals(List.of("$$1"), container.getArgs()),
                () -> assertEquals("X", container.getEnv().getFirst().getName()),
                () -> assertEquals("$$(Y)", container.getEnv().getFirst().getValue()),
                () -> assertEquals("/tmp", container.getWorkingDir()),
                () -> assertEquals(1000, container.getSecurityContext().getRunAsUser()),
                () -> assertEquals(3000, container.getSecurityContext().getRunAsGroup()),
                () -> assertEquals(true, container.getStdin()),
                () -> assertEquals(true, container.getTty()));
    }

    @Test
    void whatIsNotSaidIsLeftToTheImage() {
        Container container = only(PodSpec.of("web", ContainerSpec.of("main", "/bin/true")));

        assertAll(
                () -> assertNull(container.getWorkingDir()),
                () -> assertNull(container.getSecurityContext().getRunAsUser()),
                () -> assertNull(container.getSecurityContext().getRunAsGroup()));
    }

    @Test
    void theNodesOwnRuntimeHasNoClass() {
        PodSpec spec = PodSpec.of("web", ContainerSpec.of("main", "/bin/true"));

        assertNull(
                PodObjects.pod(spec.withRuntime(PodSpec.RUNC), "n")
                        .getSpec()
                        .getRuntimeClassName());
        assertNull(PodObjects.pod(spec.withRuntime(""), "n").getSpec().getRuntimeClassName());
    }

    private static Container only(PodSpec spec) {
        return PodObjects.pod(spec, "n-1").getSpec().getContainers().getFirst();
    }
}
