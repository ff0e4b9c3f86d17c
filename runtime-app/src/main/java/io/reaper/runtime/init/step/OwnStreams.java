package io.reaper.runtime.init.step;

import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.Spec;
import java.util.Optional;

/**
 * Standard streams that are FIFOs, pipes or sockets are given to the user ({@code fchown(2)}), so
 * that a program without rights can open /dev/stdout; never a file, it may be anybody's log.
 *
 * @param uid unsigned, in the bits of an int
 */
public record OwnStreams(int uid) implements InitStep {

    static final int NUMBER = 2;

    private static final int STANDARD_STREAMS = 3;
    private static final int KEEP_GROUP = -1;

    /** Wanted where the streams are no terminal, which {@link TakeTerminal} cares for. */
    public static Optional<OwnStreams> of(Spec.ContainerProcess process) {
        return process.terminal()
                ? Optional.empty()
                : Optional.of(new OwnStreams(process.user().uid()));
    }

    static OwnStreams read(PlanInput in) {
        return new OwnStreams(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(uid);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        for (int fd = 0; fd < STANDARD_STREAMS; fd++) {
            FileStat stat = stage.stats().apply(fd);
            if ((stat.isFifo() || stat.isSocket()) && stat.uid() != uid) {
                long result = stage.syscalls().fchown(fd, uid, KEEP_GROUP);
                // a stream of a read-only or foreign filesystem: the program has it open all the
                // same
                if (result != -Errno.EPERM.number()
                        && result != -Errno.EINVAL.number()
                        && result != -Errno.EROFS.number()) {
                    LinuxException.check(result, "fchown", "fd " + fd);
                }
            }
        }
        return Optional.empty();
    }
}
