package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd17ReaperShimTest extends SmokeScenarios {
    Containerd17ReaperShimTest() {
        super(ContainerdRelease.V1_7, Pair.REAPER_SHIM_WITH_RUNC);
    }
}
