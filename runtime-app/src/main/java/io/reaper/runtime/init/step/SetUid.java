package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Credentials;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * Real, effective and saved user ({@code setuid(2)}).
 *
 * @param uid unsigned, in the bits of an int
 */
public record SetUid(int uid) implements InitStep {

    static final int NUMBER = 15;

    /** {@code process.user.uid}. */
    public static SetUid of(Spec.ContainerProcess process) {
        return new SetUid(process.user().uid());
    }

    static SetUid read(PlanInput in) {
        return new SetUid(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(uid);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Credentials(stage.syscalls()).setUid(uid);
        return Optional.empty();
    }
}
