package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd16ReaperShimTest extends ReaperShimScenarios {
    Containerd16ReaperShimTest() {
        super(ContainerdRelease.V1_6, Pair.REAPER_SHIM_WITH_RUNC);
    }
}
