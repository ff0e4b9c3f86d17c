package io.reaper.runtime.init.step;

import io.reaper.linux.process.ProcessControl;
import java.util.Optional;

/**
 * The container's orphans stay below its init ({@code PR_SET_CHILD_SUBREAPER} of {@code prctl(2)}).
 */
public record BecomeSubreaper() implements InitStep {

    static final int NUMBER = 1;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new ProcessControl(stage.syscalls()).becomeSubreaper();
        return Optional.empty();
    }
}
