package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;

class Containerd2ReaperTest extends ReaperScenarios {
    Containerd2ReaperTest() {
        super(ContainerdRelease.V2);
    }
}
