package io.reaper.runtime.init.step;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.bundle.Spec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The kernel's preference for ending it when memory runs out ({@code proc_pid_oom_score_adj(5)}).
 *
 * @param value −1000 (never) to 1000 (first)
 */
public record SetOomScore(int value) implements InitStep {

    static final int NUMBER = 4;

    private static final String FILE = "/proc/self/oom_score_adj";
    private static final String RELATIVE = "self/oom_score_adj";
    private static final String LOWERED =
            " (lower than the caller's own it needs CAP_SYS_RESOURCE;"
                    + " with restrict_oom_score_adj = true containerd asks for no lower one)";

    /** Wanted with {@code process.oomScoreAdj}; otherwise the caller's stays. */
    public static Optional<SetOomScore> of(Spec.ContainerProcess process) {
        return process.oomScoreAdj().isPresent()
                ? Optional.of(new SetOomScore(process.oomScoreAdj().getAsInt()))
                : Optional.empty();
    }

    static SetOomScore read(PlanInput in) {
        return new SetOomScore(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(value);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        Syscalls syscalls = stage.syscalls();
        long fd =
                LinuxException.check(
                        stage.files().openProc(syscalls, RELATIVE, OpenFlags.O_WRONLY),
                        "open",
                        FILE);
        byte[] text = Integer.toString(value).getBytes(StandardCharsets.US_ASCII);
        try (Memory buffer = Memory.of(text.length)) {
            buffer.bytes().put(0, text);
            long result = syscalls.write((int) fd, buffer, text.length);
            LinuxException.check(
                    result,
                    "write \"" + value + "\" to",
                    result == -Errno.EACCES.number() ? FILE + LOWERED : FILE);
        } finally {
            syscalls.close((int) fd);
        }
        return Optional.empty();
    }
}
