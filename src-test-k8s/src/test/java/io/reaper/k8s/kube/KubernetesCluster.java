package io.reaper.k8s.kube;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.reaper.k8s.Cluster;
import io.reaper.k8s.NodeShell;
import io.reaper.k8s.Pod;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A cluster that is there, on whose nodes Reaper is installed. Its pods live in a namespace made
 * for the tests.
 */
final class KubernetesCluster implements Cluster {
    /** File that names the cluster; where it is not set there is none. */
    static final String KUBECONFIG = "REAPER_KUBECONFIG";

    /** Node for the pods; default: the first one that takes pods. */
    static final String NODE = "REAPER_NODE";

    /** Command that leads to a node: see {@link KubernetesNode}. */
    static final String NODE_SHELL = "REAPER_NODE_SHELL";

    /** Directory of the programs on the nodes; default: that of install-node.sh. */
    static final String NODE_PROGRAMS = "REAPER_NODE_PROGRAMS";

    private static final int SECONDS_TO_MAKE = 60;

    private final KubernetesClient client;
    private final String namespace;
    private final Node node;
    private final NodeShell shell;
    private final Set<KubernetesPod> pods = ConcurrentHashMap.newKeySet();

    /** Of all pods that were made: the kubelet names directories and cgroups after them. */
    private final Set<String> uids = ConcurrentHashMap.newKeySet();

    /**
     * @param namespace one that is there
     */
    KubernetesCluster(KubernetesClient client, String namespace, Node node, NodeShell shell) {
        this.client = client;
        this.namespace = namespace;
        this.node = node;
        this.shell = shell;
    }

    /**
     * The cluster that the environment names, with a new namespace.
     *
     * @throws AssertionError when it names none, or not all that is needed
     */
    static KubernetesCluster of(Map<String, String> environment) {
        KubernetesClient client =
                new KubernetesClientBuilder()
                        .withConfig(
                                Config.fromKubeconfig(
                                        Path.of(needed(environment, KUBECONFIG)).toFile()))
                        .build();
        try {
            Node node = choose(client.nodes().list().getItems(), environment.get(NODE));
            String name = node.getMetadata().getName();
            NodeShell shell =
                    new KubernetesNode(
                            needed(environment, NODE_SHELL),
                            name,
                            environment.getOrDefault(NODE_PROGRAMS, "/usr/local/bin"));
            String namespace = "reaper-test-" + Long.toString(System.nanoTime(), 36);
            makeNamespace(client, namespace);
            return new KubernetesCluster(client, namespace, node, shell);
        } catch (Throwable e) {
            client.close();
            throw e;
        }
    }

    private static String needed(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new AssertionError(
                    name + " is not set: run this by scripts/kind-integration.sh, or set it");
        }
        return value;
    }

    /**
     * @param name the one to take, or null
     */
    static Node choose(List<Node> nodes, String name) {
        return nodes.stream()
                .filter(
                        node ->
                                name == null
                                        ? takesPods(node)
                                        : name.equals(node.getMetadata().getName()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new AssertionError(
                                        name == null
                                                ? "no node of the cluster takes pods"
                                                : "the cluster has no node " + name));
    }

    private static boolean takesPods(Node node) {
        boolean ready =
                node.getStatus().getConditions().stream()
                        .anyMatch(
                                it ->
                                        it.getType().equals("Ready")
                                                && it.getStatus().equals("True"));
        boolean closed =
                node.getSpec().getTaints().stream()
                        .anyMatch(taint -> !taint.getEffect().equals("PreferNoSchedule"));
        return ready && !closed && !Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    }

    /** No pod is admitted before the namespace has its service account. */
    private static void makeNamespace(KubernetesClient client, String namespace) {
        client.namespaces()
                .resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                                .addToLabels("reaper.runtime/allowed", "true")
                                .endMetadata()
                                .build())
                .create();
        Object unused =
                client.serviceAccounts()
                        .inNamespace(namespace)
                        .withName("default")
                        .waitUntilCondition(Objects::nonNull, SECONDS_TO_MAKE, TimeUnit.SECONDS);
    }

    @Override
    public Pod run(PodSpec spec) {
        String hostname = node.getMetadata().getLabels().get("kubernetes.io/hostname");
        KubernetesPod pod = KubernetesPod.create(client, namespace, spec, hostname);
        pods.add(pod);
        uids.add(pod.uid());
        try {
            pod.awaitStart();
        } catch (Throwable e) {
            pod.close();
            throw e;
        }
        return pod;
    }

    @Override
    public NodeShell node() {
        return shell;
    }

    /**
     * Other pods live on the node too: of Reaper's everything counts, of the kubelet's and
     * containerd's what belongs to the tests' pods.
     */
    @Override
    public List<String> leftovers() {
        List<String> left = new ArrayList<>();
        client.pods().inNamespace(namespace).list().getItems().stream()
                .map(pod -> "pod " + pod.getMetadata().getName())
                .forEach(left::add);
        shell.processes().stream()
                .filter(
                        process ->
                                process.command().contains(shell.programs() + "/reaper-runtime")
                                        || process.command().contains("containerd-shim-reaper-v2"))
                .map(process -> "process " + process)
                .forEach(left::add);
        left.addAll(Leftovers.find(shell, uids));
        return left;
    }

    @Override
    public String diagnostics() {
        StringBuilder text = new StringBuilder();
        for (KubernetesPod pod : pods) {
            text.append("--- ").append(pod.spec().name()).append('\n');
            try {
                pod.events()
                        .forEach(
                                event ->
                                        text.append(event.getReason())
                                                .append(": ")
                                                .append(event.getMessage())
                                                .append('\n'));
                for (var container : pod.spec().containers()) {
                    text.append(container.name())
                            .append(": ")
                            .append(pod.status(container.name()))
                            .append('\n');
                }
            } catch (PodException e) {
                text.append(e.getMessage()).append('\n');
            }
        }
        return text.append("--- left\n").append(String.join("\n", leftovers())).toString();
    }

    /** The namespace goes, and all that is in it. */
    @Override
    public void close() {
        try {
            pods.forEach(Pod::close);
            Object unused = client.namespaces().withName(namespace).delete();
        } finally {
            client.close();
        }
    }
}
