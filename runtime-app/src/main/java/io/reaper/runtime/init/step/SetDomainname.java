package io.reaper.runtime.init.step;

import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.IsolationSpec;
import java.util.Optional;

/**
 * The UTS namespace's NIS domain name ({@code setdomainname(2)}).
 *
 * @param name at most 64 bytes
 */
public record SetDomainname(String name) implements InitStep {

    static final int NUMBER = 25;

    /** {@code domainname}; empty: it stays what it is. */
    public static Optional<SetDomainname> of(IsolationSpec spec) {
        return spec.domainname().isEmpty()
                ? Optional.empty()
                : Optional.of(new SetDomainname(spec.domainname()));
    }

    static SetDomainname read(PlanInput in) {
        return new SetDomainname(in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(name);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        LinuxException.check(stage.syscalls().setdomainname(name), "set domainname", name);
        return Optional.empty();
    }
}
