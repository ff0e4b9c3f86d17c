package io.reaper.shim.containerd;

class Containerd2ReaperShimTest extends ReaperShimScenarios {
    Containerd2ReaperShimTest() {
        super(ContainerdRelease.V2, Pair.REAPER_SHIM_WITH_RUNC);
    }
}
