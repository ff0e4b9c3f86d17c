package io.reaper.k8s;

import java.util.List;

/**
 * Somewhere pods run: a containerd to which the tests are the kubelet, or a Kubernetes cluster.
 *
 * <p>Everything a scenario needs of the world is here and in {@link Pod} and {@link NodeShell}, so
 * that it is written once. Commands of containers have to work in the image {@link PodSpec#IMAGE}
 * and, since Reaper's host mode runs them there, on the node.
 */
public interface Cluster extends AutoCloseable {
    /**
     * Makes a pod and starts its containers, the init containers first. A container that cannot be
     * started does not fail this: its {@link Pod#status} tells.
     *
     * @throws PodException when no sandbox can be made, with what the node says about it; a
     *     Kubernetes driver waits for that event or for the pod's sandbox
     */
    Pod run(PodSpec spec);

    /** The node on which all pods run. */
    NodeShell node();

    /**
     * What is left on the node of pods that are gone, one line each: processes, mounts, bundles,
     * sockets, FIFOs, directories of the runtimes, cgroups. Pods that were not deleted show, too.
     */
    List<String> leftovers();

    /** What helps to understand a failure: ends of logs, and what is on the node. */
    String diagnostics();

    /** Deletes all pods that are still there, and the whole cluster if the tests have made it. */
    @Override
    void close();
}
