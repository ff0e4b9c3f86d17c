package io.reaper.runtime.init.step;

import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * Standard input is a terminal: it becomes the new session's ({@code TIOCSCTTY} of {@code
 * ioctl_tty(2)}), and the user's.
 *
 * @param uid unsigned, in the bits of an int
 */
public record TakeTerminal(int uid) implements InitStep {

    static final int NUMBER = 17;

    private static final int STANDARD_INPUT = 0;
    private static final int KEEP_GROUP = -1;

    /** Wanted with {@code process.terminal}; otherwise {@link OwnStreams}. */
    public static Optional<TakeTerminal> of(Spec.ContainerProcess process) {
        return process.terminal()
                ? Optional.of(new TakeTerminal(process.user().uid()))
                : Optional.empty();
    }

    static TakeTerminal read(PlanInput in) {
        return new TakeTerminal(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(uid);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new ProcessControl(stage.syscalls()).takeTerminal(STANDARD_INPUT);
        if (stage.stats().apply(STANDARD_INPUT).uid() != uid) {
            LinuxException.check(
                    stage.syscalls().fchown(STANDARD_INPUT, uid, KEEP_GROUP),
                    "fchown",
                    "fd " + STANDARD_INPUT);
        }
        return Optional.empty();
    }
}
