package io.reaper.shim.containerd;

class Containerd2ReaperTest extends ReaperShimScenarios {
    Containerd2ReaperTest() {
        super(ContainerdRelease.V2, Pair.REAPER);
    }
}
