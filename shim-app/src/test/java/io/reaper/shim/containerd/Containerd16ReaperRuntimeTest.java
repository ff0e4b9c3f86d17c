package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd16ReaperRuntimeTest extends ContainerScenarios {
    Containerd16ReaperRuntimeTest() {
        super(ContainerdRelease.V1_6, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
    }
}
