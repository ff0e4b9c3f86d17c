package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Credentials;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * The permissions that new files do not get ({@code umask(2)}).
 *
 * @param mask permission bits
 */
public record SetUmask(int mask) implements InitStep {

    /** Files are made with the very permissions that are asked for. */
    public static final SetUmask NONE = new SetUmask(0);

    static final int NUMBER = 9;

    private static final int DEFAULT = 0022;

    /** {@code process.user.umask}; without it not the caller's either. */
    public static SetUmask of(Spec.ContainerProcess process) {
        return new SetUmask(process.user().umask().orElse(DEFAULT));
    }

    static SetUmask read(PlanInput in) {
        return new SetUmask(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(mask);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Credentials(stage.syscalls()).umask(mask);
        return Optional.empty();
    }
}
