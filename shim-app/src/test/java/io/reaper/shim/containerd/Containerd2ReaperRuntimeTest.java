package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd2ReaperRuntimeTest extends ContainerScenarios {
    Containerd2ReaperRuntimeTest() {
        super(ContainerdRelease.V2, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
    }
}
