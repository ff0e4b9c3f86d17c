package io.reaper.runtime.init.step;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.rootfs.RootPropagation;
import io.reaper.runtime.rootfs.RootSettings;
import java.util.Optional;

/**
 * What "/" gets when nothing more is made below it: its propagation, and mounts that become
 * read-only, itself as the last one.
 *
 * @param propagation what is asked for, if anything
 * @param readOnly {@code root.readonly}
 */
public record FinishRoot(Optional<RootPropagation> propagation, boolean readOnly)
        implements InitStep {

    static final int NUMBER = 42;

    /** Of a container with a mount namespace; {@link PrepareRoot} has checked the propagation. */
    public static FinishRoot of(IsolationSpec isolation) {
        return new FinishRoot(
                isolation.rootfsPropagation().flatMap(RootPropagation::named),
                isolation.root().map(IsolationSpec.Root::readonly).orElse(false));
    }

    static FinishRoot read(PlanInput in) {
        return new FinishRoot(RootPropagation.named(in.text()), in.flag());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(propagation.map(RootPropagation::word).orElse(""));
        out.flag(readOnly);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        RootSettings root = new RootSettings(stage.syscalls(), stage.files().procfs());
        propagation.ifPresent(root::propagate);
        root.protect(stage.files().readOnlyLater());
        if (readOnly) {
            root.protectRoot();
        }
        return Optional.empty();
    }
}
