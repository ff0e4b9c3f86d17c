package io.reaper.runtime.init.step;

import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.network.Loopback;
import io.reaper.runtime.namespace.Namespaces;
import java.util.Optional;

/** The interface {@code lo} of a network namespace in which nobody else has raised it. */
public record RaiseLoopback() implements InitStep {

    static final int NUMBER = 22;

    /** Wanted for a new one: what a joined one looks like is the business of who made it. */
    public static Optional<RaiseLoopback> of(Namespaces namespaces) {
        return namespaces.isNew(NamespaceType.NETWORK)
                ? Optional.of(new RaiseLoopback())
                : Optional.empty();
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new Loopback(stage.syscalls()).raise();
        return Optional.empty();
    }
}
