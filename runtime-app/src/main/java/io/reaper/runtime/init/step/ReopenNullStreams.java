package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.runtime.rootfs.NullStreams;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Standard streams that are the node's /dev/null become the container's, if it has one. After its
 * root is entered, whether this process prepared that or joined who did.
 */
public record ReopenNullStreams() implements InitStep {

    static final int NUMBER = 47;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        StageFiles files = stage.files();
        try (RootDirectory root =
                new RootDirectory(
                        Fd.open(Path.of("/"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY))) {
            new NullStreams(stage.syscalls(), stage.stats(), files.procfs()).reopen(root);
        }
        return Optional.empty();
    }
}
