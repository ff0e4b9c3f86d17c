package io.reaper.runtime.init.step;

import io.reaper.linux.process.Scheduling;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/** Scheduling policy and what belongs to it ({@code sched_setattr(2)}). */
public record SetScheduler(Scheduling.Attributes attributes) implements InitStep {

    static final int NUMBER = 5;

    /** Wanted with {@code process.scheduler}. */
    public static Optional<SetScheduler> of(Spec.ContainerProcess process) {
        return process.scheduler().map(SetScheduler::new);
    }

    static SetScheduler read(PlanInput in) {
        return new SetScheduler(
                new Scheduling.Attributes(
                        in.int32(),
                        in.int64(),
                        in.int32(),
                        in.int32(),
                        in.int64(),
                        in.int64(),
                        in.int64()));
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(attributes.policy());
        out.int64(attributes.flags());
        out.int32(attributes.nice());
        out.int32(attributes.priority());
        out.int64(attributes.runtime());
        out.int64(attributes.deadline());
        out.int64(attributes.period());
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Scheduling(stage.syscalls()).set(attributes);
        return Optional.empty();
    }
}
