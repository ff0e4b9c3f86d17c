package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Capabilities;
import java.util.Optional;

/**
 * Permitted capabilities outlive the change of user ({@code PR_SET_KEEPCAPS} of {@code prctl(2)});
 * {@link SetCapabilities} takes away those that are not wanted.
 */
public record KeepCapabilities() implements InitStep {

    static final int NUMBER = 12;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Capabilities(stage.syscalls()).keepOnSetUid(true);
        return Optional.empty();
    }
}
