package io.reaper.runtime.state;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The {@code flock(2)} that init has on the kept config.json from before it is there until its
 * program runs: the descriptor is close-on-exec, so that the kernel lets go of it in the very
 * {@code execve(2)}, or at init's end. So whether a container is created or running does not depend
 * on anything that somebody has still to write.
 */
public final class InitHold {

    private static final int FLAGS =
            OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;

    private final Path file;

    InitHold(Path file) {
        this.file = file;
    }

    /**
     * For create: what init is to inherit. The caller closes its own descriptor before the start.
     */
    public Fd take() {
        Fd fd = Fd.open(file, FLAGS);
        try {
            fd.lock();
            return fd;
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Whether init still waits; of a file that is lost nobody can say it, and state.json counts.
     */
    boolean isHeld() {
        Optional<Fd> found = Fd.openIfPresent(file, FLAGS);
        if (found.isEmpty()) {
            return true;
        }
        try (Fd fd = found.get()) {
            return !fd.tryLockShared();
        }
    }

    /**
     * Waits until init has let go: its program runs, or it has ended.
     *
     * @return false, at once, if the file is lost
     */
    public boolean awaitRelease() {
        Optional<Fd> found = Fd.openIfPresent(file, FLAGS);
        if (found.isEmpty()) {
            return false;
        }
        try (Fd fd = found.get()) {
            fd.lockShared();
            return true;
        }
    }
}
