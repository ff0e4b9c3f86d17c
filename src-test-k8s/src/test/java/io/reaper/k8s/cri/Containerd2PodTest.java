package io.reaper.k8s.cri;

import io.reaper.testing.ContainerdRelease;

class Containerd2PodTest extends CriScenarios {
    Containerd2PodTest() {
        super(ContainerdRelease.V2);
    }
}
