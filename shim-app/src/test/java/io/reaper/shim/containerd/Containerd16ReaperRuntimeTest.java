package io.reaper.shim.containerd;

class Containerd16ReaperRuntimeTest extends ContainerScenarios {
    Containerd16ReaperRuntimeTest() {
        super(ContainerdRelease.V1_6, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
    }
}
