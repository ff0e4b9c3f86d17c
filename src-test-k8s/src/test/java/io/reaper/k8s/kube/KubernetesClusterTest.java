package io.reaper.k8s.kube;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A life in the API, with a test in the place of the kubelet. */
@EnableKubernetesMockClient(crud = true)
final class KubernetesClusterTest {
    private static final String NAMESPACE = "tests";
    private static final PodSpec SPEC =
            PodSpec.of("pod", ContainerSpec.of("main", "/bin/true"))
                    .withGrace(Duration.ofSeconds(3));

    private KubernetesClient client;
    private KubernetesMockServer server;

    private KubernetesCluster cluster() {
        return new KubernetesCluster(
                client,
                NAMESPACE,
                node("n-1", "{}", "True"),
                new KubernetesNode("env", "n-1", "/nowhere"));
    }

    private static Node node(String name, String spec, String ready) {
        return Serialization.unmarshal(
                ("---\n{apiVersion: v1, kind: Node, metadata: {name: %1$s, labels:"
                                + " {kubernetes.io/hostname: h-%1$s}}, spec: %2$s, status:"
                                + " {conditions: [{type: Ready, status: \"%3$s\"}]}}")
                        .formatted(name, spec, ready),
                Node.class);
    }

    /** Does what a kubelet does with the pod, as soon as it is there. */
    private void kubelet(Consumer<Pod> does) {
        does.accept(
                client.pods()
                        .inNamespace(NAMESPACE)
                        .withName("pod")
                        .waitUntilCondition(
                                pod -> pod != null, 90, java.util.concurrent.TimeUnit.SECONDS));
    }

    private void status(Pod pod, String status) {
        pod.setStatus(
                Serialization.unmarshal(
                        "---\n" + status, io.fabric8.kubernetes.api.model.PodStatus.class));
        Pod unused = client.pods().inNamespace(NAMESPACE).resource(pod).updateStatus();
    }

    private Event event(Pod pod, String reason, String message) {
        return client.v1()
                .events()
                .inNamespace(NAMESPACE)
                .resource(
                        new EventBuilder()
                                .withNewMetadata()
                                .withName(reason.toLowerCase(java.util.Locale.ROOT))
                                .endMetadata()
                                .withReason(reason)
                                .withMessage(message)
                                .withNewInvolvedObject()
                                .withUid(pod.getMetadata().getUid())
                                .endInvolvedObject()
                                .build())
                .create();
    }

    @Test
    void aPodIsMadeWatchedAndDeleted() throws Exception {
        KubernetesCluster cluster = cluster();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<io.reaper.k8s.Pod> made = other.submit(() -> cluster.run(SPEC));
            kubelet(
                    pod -> {
                        assertEquals(
                                "h-n-1",
                                pod.getSpec().getNodeSelector().values().iterator().next());
                        status(
                                pod,
                                "{phase: Failed, containerStatuses: [{name: main, restartCount: 0,"
                                        + " state: {terminated: {exitCode: 42, reason: Error}}}]}");
                    });
            io.reaper.k8s.Pod pod = made.get();

            assertAll(
                    () -> assertEquals(42, pod.status("main").exitCode()),
                    () -> assertEquals("Error", pod.status("main").reason()),
                    () -> assertTrue(pod.isReady()));
            kubelet(it -> event(it, "SandboxChanged", "it will be killed and re-created"));
            assertFalse(pod.isReady());

            pod.close();
            assertNull(client.pods().inNamespace(NAMESPACE).withName("pod").get());
            assertThrows(PodException.class, () -> pod.status("main"));
            pod.close();
        }
    }

    @Test
    void aSandboxThatCannotBeMadeIsTold() {
        KubernetesCluster cluster = cluster();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<io.reaper.k8s.Pod> made = other.submit(() -> cluster.run(SPEC));
            kubelet(pod -> event(pod, "FailedCreatePodSandBox", "no runtime for it is configured"));

            Exception failure = assertThrows(Exception.class, made::get);

            assertTrue(failure.getCause() instanceof PodException, failure::toString);
            assertEquals("no runtime for it is configured", failure.getCause().getMessage());
            assertNull(client.pods().inNamespace(NAMESPACE).withName("pod").get());
        }
    }

    @Test
    void eventsOfOtherPodsAreNotTold() throws Exception {
        KubernetesCluster cluster = cluster();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Pod before = new Pod();
            before.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMeta());
            before.getMetadata().setUid("another");
            Event unused = event(before, "FailedCreatePodSandBox", "of an earlier pod");
            Future<io.reaper.k8s.Pod> made = other.submit(() -> cluster.run(SPEC));
            kubelet(pod -> status(pod, "{phase: Succeeded}"));

            made.get().close();
        }
    }

    @Test
    void whatTheApiRefusesIsTold() throws Exception {
        KubernetesCluster cluster = cluster();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<io.reaper.k8s.Pod> made = other.submit(() -> cluster.run(SPEC));
            kubelet(pod -> status(pod, "{phase: Succeeded}"));
            io.reaper.k8s.Pod first = made.get();

            assertThrows(PodException.class, () -> cluster.run(SPEC));
            first.close();
        }
    }

    @Test
    void manyRequestsAfterLogsAreAnswered() throws Exception {
        KubernetesCluster cluster = cluster();
        server.expect()
                .get()
                .withPath("/api/v1/namespaces/tests/pods/pod/log?pretty=false&container=main")
                .andReturn(200, "line\n")
                .always();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<io.reaper.k8s.Pod> made = other.submit(() -> cluster.run(SPEC));
            kubelet(
                    pod ->
                            status(
                                    pod,
                                    "{phase: Running, containerStatuses: [{name: main,"
                                            + " restartCount: 0, state: {running: {}}}]}"));
            io.reaper.k8s.Pod pod = made.get();
            for (int i = 0; i < 100; i++) {
                assertEquals("line\n", pod.logs("main"));
                assertTrue(pod.status("main").isRunning());
            }
            pod.close();
        }
    }

    @Test
    void podsThatAreThereAreLeftovers() throws Exception {
        KubernetesCluster cluster = cluster();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<io.reaper.k8s.Pod> made = other.submit(() -> cluster.run(SPEC));
            kubelet(pod -> status(pod, "{phase: Running}"));
            kubelet(
                    pod ->
                            status(
                                    pod,
                                    "{phase: Running, containerStatuses: [{name: main,"
                                            + " restartCount: 1, state: {running: {}}}]}"));
            io.reaper.k8s.Pod pod = made.get();

            assertAll(
                    () -> assertTrue(cluster.leftovers().contains("pod pod")),
                    () -> assertTrue(cluster.diagnostics().contains("restarts=1")));
            pod.close();
            assertFalse(cluster.leftovers().contains("pod pod"));
        }
    }

    @Test
    void theFirstNodeThatTakesPodsIsTaken() {
        Node tainted = node("t", "{taints: [{key: k, effect: NoSchedule}]}", "True");
        Node cordoned = node("c", "{unschedulable: true}", "True");
        Node away = node("a", "{}", "False");
        Node good = node("g", "{taints: [{key: k, effect: PreferNoSchedule}]}", "True");
        List<Node> all = List.of(tainted, cordoned, away, good);

        assertAll(
                () -> assertEquals(good, KubernetesCluster.choose(all, null)),
                () -> assertEquals(tainted, KubernetesCluster.choose(all, "t")),
                () ->
                        assertThrows(
                                AssertionError.class,
                                () -> KubernetesCluster.choose(List.of(away), null)),
                () ->
                        assertThrows(
                                AssertionError.class,
                                () -> KubernetesCluster.choose(all, "missing")));
    }

    @Test
    void withoutAClusterItSaysWhatIsMissing() {
        AssertionError error =
                assertThrows(AssertionError.class, () -> KubernetesCluster.of(Map.of()));

        assertTrue(error.getMessage().startsWith("REAPER_KUBECONFIG is not set"));
    }
}
