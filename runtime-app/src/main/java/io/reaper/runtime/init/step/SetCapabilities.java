package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.credential.Capability;
import io.reaper.runtime.bundle.Spec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Effective, permitted and inheritable capabilities, then the ambient ones ({@code
 * capabilities(7)}); the bounding set is {@link LimitBoundingSet}'s.
 */
public record SetCapabilities(Capabilities.Sets sets) implements InitStep {

    static final int NUMBER = 16;

    /** {@code process.capabilities}; unknown names ({@link #warning}) are left out. */
    public static SetCapabilities of(Spec.ContainerProcess process) {
        Spec.Capabilities wanted = process.capabilities();
        return new SetCapabilities(
                new Capabilities.Sets(
                        mask(wanted.bounding()),
                        mask(wanted.effective()),
                        mask(wanted.inheritable()),
                        mask(wanted.permitted()),
                        mask(wanted.ambient())));
    }

    /** Names in {@code process.capabilities} that are no capability's are told of. */
    public static Optional<String> warning(Spec.ContainerProcess process) {
        Spec.Capabilities wanted = process.capabilities();
        Set<String> unknown = new TreeSet<>();
        for (List<String> names :
                List.of(
                        wanted.bounding(),
                        wanted.effective(),
                        wanted.inheritable(),
                        wanted.permitted(),
                        wanted.ambient())) {
            for (String name : names) {
                if (Capability.of(name).isEmpty()) {
                    unknown.add(name);
                }
            }
        }
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of("ignoring unknown or unavailable capabilities: " + unknown);
    }

    static long mask(List<String> names) {
        long mask = 0;
        for (String name : names) {
            Optional<Capability> capability = Capability.of(name);
            if (capability.isPresent()) {
                mask |= capability.get().mask();
            }
        }
        return mask;
    }

    static SetCapabilities read(PlanInput in) {
        return new SetCapabilities(
                new Capabilities.Sets(in.int64(), in.int64(), in.int64(), in.int64(), in.int64()));
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int64(sets.bounding());
        out.int64(sets.effective());
        out.int64(sets.inheritable());
        out.int64(sets.permitted());
        out.int64(sets.ambient());
    }

    @Override
    public Optional<String> run(StepContext stage) {
        Capabilities.Missing missing = new Capabilities(stage.syscalls()).set(sets);
        Optional<String> unheld =
                missing.unheld()
                        .map(names -> "capabilities left out, the caller lacks them: " + names);
        Optional<String> ambient =
                missing.ambient()
                        .map(
                                names ->
                                        "ambient capabilities left out, they are not inheritable: "
                                                + names);
        return unheld.isPresent() && ambient.isPresent()
                ? Optional.of(unheld.get() + "; " + ambient.get())
                : unheld.or(() -> ambient);
    }
}
