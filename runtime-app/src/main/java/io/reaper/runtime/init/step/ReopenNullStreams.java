package io.reaper.runtime.init.step;

import io.reaper.runtime.rootfs.NullStreams;
import java.util.Optional;

/** Standard streams that are the node's /dev/null become the container's, if it has one. */
public record ReopenNullStreams() implements InitStep {

    static final int NUMBER = 47;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        StageFiles files = stage.files();
        new NullStreams(stage.syscalls(), stage.stats(), files.procfs()).reopen(files.root());
        return Optional.empty();
    }
}
