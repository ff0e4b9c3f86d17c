package io.reaper.k8s.kube;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.ExecResult;
import io.reaper.k8s.Pod;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A pod through the API of a cluster. */
final class KubernetesPod implements Pod {
    /** A node that pulls, schedules and starts for others too. */
    static final Duration DEADLINE = Duration.ofMinutes(2);

    private final KubernetesClient client;
    private final String namespace;
    private final PodSpec spec;
    private final String uid;

    private KubernetesPod(KubernetesClient client, String namespace, PodSpec spec, String uid) {
        this.client = client;
        this.namespace = namespace;
        this.spec = spec;
        this.uid = uid;
    }

    /** Makes the object alone; see {@link #awaitStart}. */
    static KubernetesPod create(
            KubernetesClient client, String namespace, PodSpec spec, String hostname) {
        try {
            io.fabric8.kubernetes.api.model.Pod made =
                    client.pods()
                            .inNamespace(namespace)
                            .resource(PodObjects.pod(spec, hostname))
                            .create();
            return new KubernetesPod(client, namespace, spec, made.getMetadata().getUid());
        } catch (KubernetesClientException e) {
            throw new PodException(e.getMessage(), e);
        }
    }

    /**
     * Returns when the containers were started, or it is known that they will not be.
     *
     * @throws PodException when the node cannot make the sandbox
     */
    void awaitStart() {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!isUnderWay()) {
            event("FailedCreatePodSandBox")
                    .or(() -> event("FailedScheduling"))
                    .ifPresent(
                            event -> {
                                throw new PodException(event.getMessage());
                            });
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "after %d s %s was not started: %s"
                                .formatted(
                                        DEADLINE.toSeconds(), spec.name(), object().getStatus()));
            }
        }
    }

    /** Looks for as long as it makes sense to, before the events are looked at again. */
    private boolean isUnderWay() {
        try {
            io.fabric8.kubernetes.api.model.Pod unused =
                    resource()
                            .waitUntilCondition(
                                    pod -> pod != null && PodStates.isUnderWay(pod),
                                    1,
                                    TimeUnit.SECONDS);
            return true;
        } catch (KubernetesClientTimeoutException e) {
            return false;
        }
    }

    /** An event of this pod, the first one with the reason. */
    private Optional<Event> event(String reason) {
        return events().stream().filter(event -> reason.equals(event.getReason())).findFirst();
    }

    List<Event> events() {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getInvolvedObject() != null)
                .filter(event -> Objects.equals(uid, event.getInvolvedObject().getUid()))
                .toList();
    }

    String uid() {
        return uid;
    }

    private PodResource resource() {
        return client.pods().inNamespace(namespace).withName(spec.name());
    }

    /** Whether the pod is Ready is no matter: another container of it may have ended. */
    private ContainerResource resource(String container) {
        return resource().inContainer(container).withReadyWaitTimeout(0);
    }

    private io.fabric8.kubernetes.api.model.Pod object() {
        io.fabric8.kubernetes.api.model.Pod pod = resource().get();
        if (pod == null || !Objects.equals(uid, pod.getMetadata().getUid())) {
            throw new PodException("pod " + spec.name() + " is gone");
        }
        return pod;
    }

    @Override
    public PodSpec spec() {
        return spec;
    }

    /**
     * The kubelet tells of a sandbox that has died by an event, if it makes another. If not, the
     * containers have containerd's code for an end of which it knows nothing. That the sandbox ends
     * after the last container is the ordinary way.
     */
    @Override
    public boolean isReady() {
        io.fabric8.kubernetes.api.model.Pod pod = object();
        return pod.getMetadata().getDeletionTimestamp() == null
                && !PodStates.hasUnknownEnd(pod)
                && event("SandboxChanged").isEmpty();
    }

    @Override
    public ContainerStatus status(String container) {
        return PodStates.status(object(), container);
    }

    /** As a whole: a stream of it, closed, takes the connection of another request with it. */
    @Override
    public String logs(String container) {
        try {
            return new String(resource(container).getLog().getBytes(UTF_8), ISO_8859_1);
        } catch (KubernetesClientException e) {
            throw new PodException(e.getMessage(), e);
        }
    }

    @Override
    public ExecResult exec(String container, List<String> command) {
        try (KubernetesSession session =
                KubernetesSession.exec(resource(container), false, false, command)) {
            OptionalInt code = session.awaitEnd(DEADLINE);
            return new ExecResult(
                    code.orElseThrow(() -> new PodException("no exit code: " + session)),
                    session.stdout(),
                    session.stderr());
        }
    }

    @Override
    public Session execInteractive(String container, boolean tty, List<String> command) {
        return KubernetesSession.exec(resource(container), true, tty, command);
    }

    @Override
    public Session attach(String container) {
        ContainerSpec attached = spec.container(container);
        return KubernetesSession.attach(resource(container), attached.stdin(), attached.tty());
    }

    /** What the other side refuses closes the local socket, in whatever way. */
    @Override
    public String forward(int port, String text) {
        try (LocalPortForward forward = resource().portForward(port)) {
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), forward.getLocalPort())) {
                socket.setSoTimeout((int) DEADLINE.toMillis());
                socket.getOutputStream().write(text.getBytes(ISO_8859_1));
                String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
                if (answer.isEmpty() && forward.errorOccurred()) {
                    throw new PodException(refusal(port, forward));
                }
                return answer;
            } catch (IOException e) {
                throw new PodException(refusal(port, forward) + ", " + e, e);
            }
        } catch (IOException e) {
            throw new PodException("port " + port + " of " + spec.name() + ": " + e, e);
        }
    }

    private String refusal(int port, LocalPortForward forward) {
        return "port %d of %s: %s, %s"
                .formatted(
                        port,
                        spec.name(),
                        forward.getServerThrowables(),
                        forward.getClientThrowables());
    }

    /** Kubernetes takes a grace period of 0 for "forget it at once"; the least is a second. */
    @Override
    public void delete(Duration grace) {
        long seconds = Math.max(1, grace.toSeconds());
        PodResource resource = resource();
        io.fabric8.kubernetes.api.model.Pod pod = resource.get();
        if (pod == null || !Objects.equals(uid, pod.getMetadata().getUid())) {
            return;
        }
        resource.withGracePeriod(seconds).delete();
        try {
            io.fabric8.kubernetes.api.model.Pod unused =
                    resource.waitUntilCondition(
                            it -> it == null || !Objects.equals(uid, it.getMetadata().getUid()),
                            seconds + DEADLINE.toSeconds(),
                            TimeUnit.SECONDS);
        } catch (KubernetesClientTimeoutException e) {
            throw new AssertionError(
                    "%s is not deleted %d s after its grace of %d s: %s"
                            .formatted(spec.name(), DEADLINE.toSeconds(), seconds, events()),
                    e);
        }
    }

    @Override
    public void close() {
        delete(spec.grace());
    }
}
