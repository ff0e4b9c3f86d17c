package io.reaper.runtime.init.step;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.rootfs.PathLists;
import io.reaper.runtime.rootfs.ProtectedPaths;
import java.util.List;
import java.util.Optional;

/**
 * Files that the program shall not change (config-linux.md, "Readonly Paths"), before the root is
 * entered.
 *
 * @param paths of the container, in their order
 */
public record ProtectPaths(List<String> paths) implements InitStep {

    static final int NUMBER = 44;

    /** {@code linux.readonlyPaths}, unless it is empty. */
    public static Optional<ProtectPaths> of(IsolationSpec isolation) {
        return isolation.readonlyPaths().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ProtectPaths(PathLists.withoutDuplicates(isolation.readonlyPaths())));
    }

    static ProtectPaths read(PlanInput in) {
        return new ProtectPaths(in.texts());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.texts(paths);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        StageFiles files = stage.files();
        new ProtectedPaths(stage.syscalls(), files.procfs(), files.root()).protect(paths);
        return Optional.empty();
    }
}
