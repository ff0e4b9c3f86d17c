package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Credentials;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * Real, effective and saved group ({@code setgid(2)}).
 *
 * @param gid unsigned, in the bits of an int
 */
public record SetGid(int gid) implements InitStep {

    static final int NUMBER = 14;

    /** {@code process.user.gid}. */
    public static SetGid of(Spec.ContainerProcess process) {
        return new SetGid(process.user().gid());
    }

    static SetGid read(PlanInput in) {
        return new SetGid(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(gid);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Credentials(stage.syscalls()).setGid(gid);
        return Optional.empty();
    }
}
