package io.reaper.runtime.init.step;

import io.reaper.linux.process.Rlimits;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.runtime.bundle.Spec;
import java.util.Map;
import java.util.Optional;

/**
 * Raises hard limits that are too low ({@code prlimit(2)}), while it still may; leaves soft ones
 * alone. The limits as a whole are set as the last thing before the program, with no rights left.
 */
public record RaiseLimits(Map<Resource, Limit> limits) implements InitStep {

    static final int NUMBER = 7;

    /** Wanted with {@code process.rlimits}. */
    public static Optional<RaiseLimits> of(Spec.ContainerProcess process) {
        return process.rlimits().isEmpty()
                ? Optional.empty()
                : Optional.of(new RaiseLimits(process.rlimits()));
    }

    static RaiseLimits read(PlanInput in) {
        return new RaiseLimits(in.limits());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.limits(limits);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        Rlimits rlimits = new Rlimits(stage.syscalls());
        for (Map.Entry<Resource, Limit> limit : limits.entrySet()) {
            Limit now = rlimits.get(limit.getKey());
            long wanted = limit.getValue().hard();
            if (Long.compareUnsigned(now.hard(), wanted) < 0) {
                rlimits.set(limit.getKey(), new Limit(now.soft(), wanted));
            }
        }
        return Optional.empty();
    }
}
