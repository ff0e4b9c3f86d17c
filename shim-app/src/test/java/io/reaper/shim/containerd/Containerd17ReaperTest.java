package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd17ReaperTest extends SmokeScenarios {
    Containerd17ReaperTest() {
        super(ContainerdRelease.V1_7, Pair.REAPER);
    }
}
