package io.reaper.shim.containerd;

class Containerd2RuncReference extends ContainerScenarios {
    Containerd2RuncReference() {
        super(ContainerdRelease.V2, Pair.RUNC);
    }
}
