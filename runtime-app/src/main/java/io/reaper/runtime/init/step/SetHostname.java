package io.reaper.runtime.init.step;

import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.IsolationSpec;
import java.util.Optional;

/**
 * The UTS namespace's host name ({@code sethostname(2)}).
 *
 * @param name at most 64 bytes
 */
public record SetHostname(String name) implements InitStep {

    static final int NUMBER = 24;

    /** {@code hostname}; empty: it stays what it is. */
    public static Optional<SetHostname> of(IsolationSpec spec) {
        return spec.hostname().isEmpty()
                ? Optional.empty()
                : Optional.of(new SetHostname(spec.hostname()));
    }

    static SetHostname read(PlanInput in) {
        return new SetHostname(in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(name);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        LinuxException.check(stage.syscalls().sethostname(name), "set hostname", name);
        return Optional.empty();
    }
}
