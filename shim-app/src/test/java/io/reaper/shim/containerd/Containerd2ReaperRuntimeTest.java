package io.reaper.shim.containerd;

class Containerd2ReaperRuntimeTest extends ContainerScenarios {
    Containerd2ReaperRuntimeTest() {
        super(ContainerdRelease.V2, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
    }
}
