package io.reaper.shim.containerd;

import io.reaper.testing.ContainerdRelease;
import org.junit.jupiter.api.Tag;

@Tag("smoke")
class Containerd16ReaperTest extends ReaperScenarios {
    Containerd16ReaperTest() {
        super(ContainerdRelease.V1_6);
    }
}
