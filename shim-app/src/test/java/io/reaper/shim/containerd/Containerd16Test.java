package io.reaper.shim.containerd;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class Containerd16Test {

    @Nested
    class Reaper extends ContainerScenarios {
        Reaper() {
            super(ContainerdRelease.V1_6, Pair.REAPER);
        }
    }

    @Nested
    class ReaperShimWithRunc extends ContainerScenarios {
        ReaperShimWithRunc() {
            super(ContainerdRelease.V1_6, Pair.REAPER_SHIM_WITH_RUNC);
        }
    }

    @Nested
    class RuncShimWithReaperRuntime extends ContainerScenarios {
        RuncShimWithReaperRuntime() {
            super(ContainerdRelease.V1_6, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
        }
    }

    @Nested
    @EnabledIfSystemProperty(named = "reaper.test.peers", matches = "true")
    class Runc extends ContainerScenarios {
        Runc() {
            super(ContainerdRelease.V1_6, Pair.RUNC);
        }
    }
}
