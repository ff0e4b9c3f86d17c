package io.reaper.runtime.init.step;

import io.reaper.linux.process.ProcessControl;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/** No program gains rights by being executed ({@code PR_SET_NO_NEW_PRIVS} of {@code prctl(2)}). */
public record ForbidNewPrivileges() implements InitStep {

    static final int NUMBER = 8;

    /** Wanted with {@code process.noNewPrivileges}. */
    public static Optional<ForbidNewPrivileges> of(Spec.ContainerProcess process) {
        return process.noNewPrivileges()
                ? Optional.of(new ForbidNewPrivileges())
                : Optional.empty();
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new ProcessControl(stage.syscalls()).setNoNewPrivileges();
        return Optional.empty();
    }
}
