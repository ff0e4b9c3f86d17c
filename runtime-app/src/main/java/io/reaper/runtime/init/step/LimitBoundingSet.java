package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.process.ProcessControl;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * No program gets more capabilities than these ({@code PR_CAPBSET_DROP} of {@code prctl(2)}). Where
 * the caller may not limit them, {@code PR_SET_NO_NEW_PRIVS} sees to it.
 *
 * @param capabilities bit n is capability n
 */
public record LimitBoundingSet(long capabilities) implements InitStep {

    static final int NUMBER = 11;

    /** {@code process.capabilities.bounding}; names that are unknown are left out. */
    public static LimitBoundingSet of(Spec.ContainerProcess process) {
        return new LimitBoundingSet(SetCapabilities.mask(process.capabilities().bounding()));
    }

    static LimitBoundingSet read(PlanInput in) {
        return new LimitBoundingSet(in.int64());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int64(capabilities);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        Optional<String> stay = new Capabilities(stage.syscalls()).limitBounding(capabilities);
        if (stay.isPresent()) {
            // else a program of root's would have them all after execve(2)
            new ProcessControl(stage.syscalls()).setNoNewPrivileges();
        }
        return stay.map(
                names ->
                        "the caller lacks CAP_SETPCAP: these stay in the bounding set, and instead"
                                + " the program gains no privileges: "
                                + names);
    }
}
