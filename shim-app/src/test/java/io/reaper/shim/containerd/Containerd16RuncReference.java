package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd16RuncReference extends ContainerScenarios {
    Containerd16RuncReference() {
        super(ContainerdRelease.V1_6, Pair.RUNC);
    }
}
