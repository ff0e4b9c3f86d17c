package io.reaper.k8s.cri;

import io.reaper.k8s.Cluster;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.TestCgroups;
import java.util.ArrayList;
import java.util.List;

/** Pods on a containerd of the tests' own, by CRI. */
public final class CriCluster implements Cluster {
    private final CriNode node;
    private final String tag = "reaper-k8s-" + Long.toString(System.nanoTime(), 36);

    private CriCluster(ContainerdRelease release, boolean privateNetwork) {
        node = new CriNode(release, privateNetwork);
        TestCgroups.make(tag);
    }

    /** On a node in the machine's network: pods have to be in the node's network. */
    public static CriCluster start(ContainerdRelease release) {
        return new CriCluster(release, false);
    }

    /** On a node with a network of its own, and one for each pod; no streams can be opened. */
    public static CriCluster withPodNetwork(ContainerdRelease release) {
        return new CriCluster(release, true);
    }

    @Override
    public CriPod run(PodSpec spec) {
        CriPod pod = CriPod.make(node, tag, spec);
        try {
            pod.startContainers();
        } catch (Throwable e) {
            closeAfter(e, pod);
            throw e;
        }
        return pod;
    }

    private static void closeAfter(Throwable failure, CriPod pod) {
        try {
            pod.close();
        } catch (RuntimeException | AssertionError e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public CriNode node() {
        return node;
    }

    @Override
    public List<String> leftovers() {
        List<String> left = new ArrayList<>(node.leftovers());
        TestCgroups.below(tag).forEach(cgroup -> left.add(cgroup.toString()));
        return left;
    }

    @Override
    public String diagnostics() {
        return "%s%n--- left%n%s%n---".formatted(node.logs(), String.join("\n", leftovers()));
    }

    /** Ends the node and with it all pods, whatever state containerd is in. */
    @Override
    public void close() {
        try {
            node.close();
        } finally {
            TestCgroups.remove(tag);
        }
    }
}
