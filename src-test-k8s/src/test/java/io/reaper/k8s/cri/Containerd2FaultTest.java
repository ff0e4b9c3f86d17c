package io.reaper.k8s.cri;

import io.reaper.testing.ContainerdRelease;

class Containerd2FaultTest extends CriFaultScenarios {
    Containerd2FaultTest() {
        super(ContainerdRelease.V2);
    }
}
