package io.reaper.runtime.init.step;

import io.reaper.linux.namespace.NamespaceControl;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.runtime.namespace.Namespaces;
import java.util.Optional;

/**
 * A cgroup namespace, whose root is the group that the stage is in by then ({@code
 * cgroup_namespaces(7)}): it comes after all moves, and so not with the stage's birth.
 */
public record NewCgroupNamespace() implements InitStep {

    static final int NUMBER = 21;

    /** Wanted if {@code linux.namespaces} lists it without a path. */
    public static Optional<NewCgroupNamespace> of(Namespaces namespaces) {
        return namespaces.isNew(NamespaceType.CGROUP)
                ? Optional.of(new NewCgroupNamespace())
                : Optional.empty();
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new NamespaceControl(stage.syscalls()).unshare(NamespaceType.CGROUP);
        return Optional.empty();
    }
}
