package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd2ReaperShimTest extends ReaperShimScenarios {
    Containerd2ReaperShimTest() {
        super(ContainerdRelease.V2, Pair.REAPER_SHIM_WITH_RUNC);
    }
}
