package io.reaper.runtime.init.step;

import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * The working directory once more, as the program's user: there are file systems which only their
 * owner may enter (FUSE, NFS).
 *
 * @param path of {@link ChangeDirectory}, which was refused
 */
public record RetryDirectory(String path) implements InitStep {

    static final int NUMBER = 29;

    /** {@code process.cwd}; done only where {@link ChangeDirectory} was refused. */
    public static RetryDirectory of(Spec.ContainerProcess process) {
        return new RetryDirectory(process.cwd());
    }

    static RetryDirectory read(PlanInput in) {
        return new RetryDirectory(in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(path);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        if (stage.files().isDirectoryLeft()) {
            try {
                ChangeDirectory.enter(path, stage);
            } catch (LinuxException e) {
                throw ChangeDirectory.refused(path, e);
            }
            ChangeDirectory.checkContained(stage);
        }
        return Optional.empty();
    }
}
