package io.reaper.shim.containerd;

class Containerd16ReaperTest extends ReaperShimScenarios {
    Containerd16ReaperTest() {
        super(ContainerdRelease.V1_6, Pair.REAPER);
    }
}
