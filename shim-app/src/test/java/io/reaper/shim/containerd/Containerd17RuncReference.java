package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd17RuncReference extends ContainerScenarios {
    Containerd17RuncReference() {
        super(ContainerdRelease.V1_7, Pair.RUNC);
    }
}
