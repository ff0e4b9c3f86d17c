package io.reaper.shim.containerd;

class Containerd2ReaperTest extends ReaperScenarios {
    Containerd2ReaperTest() {
        super(ContainerdRelease.V2);
    }
}
