package io.reaper.shim.containerd;

class Containerd16ReaperTest extends ReaperScenarios {
    Containerd16ReaperTest() {
        super(ContainerdRelease.V1_6);
    }
}
