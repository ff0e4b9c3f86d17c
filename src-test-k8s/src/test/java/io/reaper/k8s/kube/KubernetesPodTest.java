package io.reaper.k8s.kube;

import io.reaper.k8s.LifeScenarios;
import org.junit.jupiter.api.Tag;

/** All scenarios on the cluster of the environment: {@code -Dring=cluster}. */
@Tag("cluster")
final class KubernetesPodTest extends LifeScenarios<KubernetesCluster> {
    @Override
    protected boolean needsRoot() {
        return false;
    }

    @Override
    protected KubernetesCluster startCluster() {
        return KubernetesCluster.of(System.getenv());
    }
}
