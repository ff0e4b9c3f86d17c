package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * Makes the program's working directory, and those above, where the image has none: root's, mode
 * 0755, while the root can still be written to. One that is there is left alone.
 *
 * @param path absolute, in the container
 */
public record MakeWorkingDirectory(String path) implements InitStep {

    static final int NUMBER = 27;

    private static final int MODE = 0755;

    /** {@code process.cwd}; the root itself is there. */
    public static Optional<MakeWorkingDirectory> of(Spec.ContainerProcess process) {
        return process.cwd().equals("/")
                ? Optional.empty()
                : Optional.of(new MakeWorkingDirectory(process.cwd()));
    }

    static MakeWorkingDirectory read(PlanInput in) {
        return new MakeWorkingDirectory(in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(path);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        RootDirectory root = stage.files().root();
        try {
            // looked for first: on a read-only file system making what is there fails, too
            Optional<Fd> found = root.find(path, OpenFlags.O_PATH);
            found.orElseGet(() -> root.directory(path, MODE)).close();
        } catch (LinuxException e) {
            throw new LinuxException(
                    "make cwd (" + Excerpt.quoted(path) + ") set in config.json", "", e.errno());
        }
        return Optional.empty();
    }
}
