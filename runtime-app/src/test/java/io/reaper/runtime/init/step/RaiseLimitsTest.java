package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RaiseLimitsTest {

    @Test
    void hardLimitsAreRaisedOnlyWhereTooLow() {
        TestStage stage = new TestStage();
        // the recorded kernel has limits of 0: only a hard limit above is raised, and set later
        Map<Resource, Limit> none = Map.of(Resource.RLIMIT_CORE, new Limit(0, 0));
        stage.run(new RaiseLimits(none));
        assertEquals(List.of("prlimit64(0, 4, null, memory)"), stage.calls());
        Map<Resource, Limit> high = Map.of(Resource.RLIMIT_NOFILE, new Limit(1, -1));
        stage.run(new RaiseLimits(high));
        assertEquals(
                List.of(
                        "prlimit64(0, 4, null, memory)",
                        "prlimit64(0, 7, null, memory)",
                        "prlimit64(0, 7, memory, null)"),
                stage.calls());
    }
}
