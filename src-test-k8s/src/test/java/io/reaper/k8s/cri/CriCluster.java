package io.reaper.k8s.cri;

import io.reaper.k8s.Cluster;
import io.reaper.k8s.Pod;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.TestCgroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Pods on a containerd of the tests' own, by CRI. */
public final class CriCluster implements Cluster {
    private final CriNode node;
    private final String tag = "reaper-k8s-" + Long.toString(System.nanoTime(), 36);
    private final Set<CriPod> pods = ConcurrentHashMap.newKeySet();

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
        CriPod pod = CriPod.make(node, tag, spec, pods::remove);
        pods.add(pod);
        try {
            pod.startContainers();
        } catch (Throwable e) {
            pod.close();
            throw e;
        }
        return pod;
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

    /** Ends the node, with all pods. */
    @Override
    public void close() {
        pods.forEach(Pod::close);
        node.close();
        TestCgroups.remove(tag);
    }
}
