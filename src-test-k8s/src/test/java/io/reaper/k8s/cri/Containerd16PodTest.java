package io.reaper.k8s.cri;

import io.reaper.testing.ContainerdRelease;

class Containerd16PodTest extends CriScenarios {
    Containerd16PodTest() {
        super(ContainerdRelease.V1_6);
    }
}
