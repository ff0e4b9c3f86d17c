package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd17ReaperRuntimeTest extends SmokeScenarios {
    Containerd17ReaperRuntimeTest() {
        super(ContainerdRelease.V1_7, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
    }
}
