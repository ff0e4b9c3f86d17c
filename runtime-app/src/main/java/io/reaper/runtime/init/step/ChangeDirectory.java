package io.reaper.runtime.init.step;

import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * The program's working directory ({@code chdir(2)}).
 *
 * @param path absolute
 */
public record ChangeDirectory(String path) implements InitStep {

    static final int NUMBER = 10;

    /**
     * {@code process.cwd}.
     *
     * @param placeholder the directory lies in an image, which the runtime's own program does not
     *     enter
     */
    public static ChangeDirectory of(Spec.ContainerProcess process, boolean placeholder) {
        return new ChangeDirectory(placeholder ? "/" : process.cwd());
    }

    static ChangeDirectory read(PlanInput in) {
        return new ChangeDirectory(in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(path);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        try {
            new ProcessControl(stage.syscalls()).changeDirectory(path);
        } catch (LinuxException e) {
            throw new LinuxException(
                    "chdir to cwd (" + Excerpt.quoted(path) + ") set in config.json failed",
                    "",
                    e.errno());
        }
        return Optional.empty();
    }
}
