package io.reaper.shim.containerd;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class Containerd17Test {

    @Nested
    class Reaper extends SmokeScenarios {
        Reaper() {
            super(ContainerdRelease.V1_7, Pair.REAPER);
        }
    }

    @Nested
    class ReaperShimWithRunc extends SmokeScenarios {
        ReaperShimWithRunc() {
            super(ContainerdRelease.V1_7, Pair.REAPER_SHIM_WITH_RUNC);
        }
    }

    @Nested
    class RuncShimWithReaperRuntime extends SmokeScenarios {
        RuncShimWithReaperRuntime() {
            super(ContainerdRelease.V1_7, Pair.RUNC_SHIM_WITH_REAPER_RUNTIME);
        }
    }

    @Nested
    @EnabledIfSystemProperty(named = "reaper.test.peers", matches = "true")
    class Runc extends SmokeScenarios {
        Runc() {
            super(ContainerdRelease.V1_7, Pair.RUNC);
        }
    }
}
