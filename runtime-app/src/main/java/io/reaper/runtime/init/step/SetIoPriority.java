package io.reaper.runtime.init.step;

import io.reaper.linux.process.Scheduling;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * Which requests to disks go first ({@code ioprio_set(2)}).
 *
 * @param ioClass 1 real time, 2 best effort, 3 idle
 * @param level 0 (first) to 7
 */
public record SetIoPriority(int ioClass, int level) implements InitStep {

    static final int NUMBER = 6;

    /** Wanted with {@code process.ioPriority}. */
    public static Optional<SetIoPriority> of(Spec.ContainerProcess process) {
        return process.ioPriority().map(io -> new SetIoPriority(io.ioClass(), io.priority()));
    }

    static SetIoPriority read(PlanInput in) {
        return new SetIoPriority(in.int32(), in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(ioClass);
        out.int32(level);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Scheduling(stage.syscalls()).setIoPriority(ioClass, level);
        return Optional.empty();
    }
}
