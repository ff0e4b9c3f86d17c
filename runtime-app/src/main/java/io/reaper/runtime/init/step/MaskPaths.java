package io.reaper.runtime.init.step;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.rootfs.MaskedPaths;
import io.reaper.runtime.rootfs.PathLists;
import java.util.List;
import java.util.Optional;

/**
 * Files that the program shall not see (config-linux.md, "Masked Paths"), before the root is
 * entered.
 *
 * @param paths of the container, in their order
 */
public record MaskPaths(List<String> paths) implements InitStep {

    static final int NUMBER = 43;

    /** {@code linux.maskedPaths}, unless it is empty. */
    public static Optional<MaskPaths> of(IsolationSpec isolation) {
        return isolation.maskedPaths().isEmpty()
                ? Optional.empty()
                : Optional.of(new MaskPaths(PathLists.withoutDuplicates(isolation.maskedPaths())));
    }

    static MaskPaths read(PlanInput in) {
        return new MaskPaths(in.texts());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.texts(paths);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        try (MaskedPaths masks = new MaskedPaths(stage.syscalls(), stage.files().root())) {
            masks.hide(paths);
        }
        return Optional.empty();
    }
}
