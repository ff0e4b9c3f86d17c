package io.reaper.k8s.kube;

import io.reaper.k8s.FaultScenarios;
import org.junit.jupiter.api.Tag;

/**
 * The faults of a node, on the cluster of the environment: {@code -Dring=cluster}. The node must be
 * the tests' own: containerd is restarted and programs are replaced there.
 */
@Tag("cluster")
final class KubernetesFaultTest extends FaultScenarios<KubernetesCluster> {
    @Override
    protected boolean needsRoot() {
        return false;
    }

    @Override
    protected KubernetesCluster startCluster() {
        return KubernetesCluster.of(System.getenv());
    }
}
