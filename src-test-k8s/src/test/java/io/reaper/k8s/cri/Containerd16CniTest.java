package io.reaper.k8s.cri;

import io.reaper.testing.ContainerdRelease;

class Containerd16CniTest extends CniScenarios {
    Containerd16CniTest() {
        super(ContainerdRelease.V1_6);
    }
}
