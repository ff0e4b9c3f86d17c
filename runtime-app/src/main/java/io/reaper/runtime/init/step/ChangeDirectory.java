package io.reaper.runtime.init.step;

import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * The program's working directory ({@code chdir(2)}).
 *
 * @param path absolute
 * @param contained whether it has to lie in the root of the mount namespace; what the stage may not
 *     enter is left to {@link RetryDirectory} then
 */
public record ChangeDirectory(String path, boolean contained) implements InitStep {

    static final int NUMBER = 10;

    /**
     * {@code process.cwd}.
     *
     * @param placeholder the directory lies in an image, which the runtime's own program does not
     *     enter
     */
    public static ChangeDirectory of(Spec.ContainerProcess process, boolean placeholder) {
        return new ChangeDirectory(placeholder ? "/" : process.cwd(), false);
    }

    /** {@code process.cwd} in the container's root. */
    public static ChangeDirectory inContainer(Spec.ContainerProcess process) {
        return new ChangeDirectory(process.cwd(), true);
    }

    static ChangeDirectory read(PlanInput in) {
        return new ChangeDirectory(in.text(), in.flag());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(path);
        out.flag(contained);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        try {
            enter(path, stage);
        } catch (LinuxException e) {
            boolean denied = e.is(Errno.EACCES) || e.is(Errno.EPERM);
            if (!contained || !denied) {
                throw refused(path, e);
            }
            stage.files().leaveDirectory();
            return Optional.empty();
        }
        if (contained) {
            checkContained(stage);
        }
        return Optional.empty();
    }

    static void enter(String path, StepContext stage) {
        new ProcessControl(stage.syscalls()).changeDirectory(path);
    }

    static LinuxException refused(String path, LinuxException e) {
        return new LinuxException(
                "chdir to cwd (" + Excerpt.quoted(path) + ") set in config.json failed",
                "",
                e.errno());
    }

    /** A link of /proc or a descriptor that leaked may have led out (CVE-2024-21626). */
    static void checkContained(StepContext stage) {
        if (!new ProcessControl(stage.syscalls()).isDirectoryBelowRoot()) {
            throw new LinuxException(
                    "current working directory is outside of container mount namespace root --"
                            + " possible container breakout detected",
                    "",
                    Errno.ENOENT);
        }
    }
}
