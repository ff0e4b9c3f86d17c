package io.reaper.runtime.init.step;

import io.reaper.linux.process.Scheduling;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.Optional;

/**
 * Runs on every processor of the cgroup's cpuset, whatever the caller was bound to ({@code
 * sched_setaffinity(2)}). Filters that forbid it are no reason to fail.
 */
public record UseAllProcessors() implements InitStep {

    static final int NUMBER = 18;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        try {
            new Scheduling(stage.syscalls()).useAllProcessors();
            return Optional.empty();
        } catch (LinuxException e) {
            if (e.is(Errno.ENOSYS) || e.is(Errno.EPERM) || e.is(Errno.EACCES)) {
                return Optional.of(e.getMessage() + "; the caller's processors stay");
            }
            throw e;
        }
    }
}
