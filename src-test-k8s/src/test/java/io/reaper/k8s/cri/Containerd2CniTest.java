package io.reaper.k8s.cri;

import io.reaper.testing.ContainerdRelease;

class Containerd2CniTest extends CniScenarios {
    Containerd2CniTest() {
        super(ContainerdRelease.V2);
    }
}
