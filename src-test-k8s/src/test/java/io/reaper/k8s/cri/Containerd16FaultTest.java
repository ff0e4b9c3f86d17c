package io.reaper.k8s.cri;

import io.reaper.testing.ContainerdRelease;

class Containerd16FaultTest extends CriFaultScenarios {
    Containerd16FaultTest() {
        super(ContainerdRelease.V1_6);
    }
}
