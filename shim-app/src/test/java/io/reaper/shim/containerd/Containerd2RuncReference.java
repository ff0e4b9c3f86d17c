package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd2RuncReference extends ContainerScenarios {
    Containerd2RuncReference() {
        super(ContainerdRelease.V2, Pair.RUNC);
    }
}
