package io.reaper.shim.self;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A directory of this process alone, with a short path, for what other programs make or leave there
 * by name. Where one file system is full, the next takes it.
 */
public final class ScratchDirectory {

    private static final List<Path> PARENTS = List.of(Path.of("/run"), Path.of("/dev/shm"));
    private static final int PERMISSIONS = 0700;
    private static final AtomicLong NUMBERS = new AtomicLong();

    private ScratchDirectory() {}

    /**
     * Makes one and puts it to use.
     *
     * @param purpose part of its name, of letters
     * @param use what is done in it first; where that fails for want of room, the directory goes
     * @return what {@code use} has returned; the directory is the caller's to remove
     * @throws LinuxException of the first place, if none has room
     */
    public static <T> T make(String purpose, Function<Path, T> use) {
        LinuxException first = null;
        for (Path parent : PARENTS) {
            try {
                return in(parent, purpose, use);
            } catch (LinuxException e) {
                first = first == null ? e : first;
            }
        }
        throw first;
    }

    private static <T> T in(Path parent, String purpose, Function<Path, T> use) {
        Path directory = make(parent.resolve("reaper-" + purpose + "-"));
        try {
            return use.apply(directory);
        } catch (LinuxException e) {
            LinuxFiles.removeDirectory(directory);
            throw e;
        }
    }

    /** A name that is taken belongs to a dead shim whose pid is ours now. */
    private static Path make(Path prefix) {
        while (true) {
            String own = ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
            Path directory = Path.of(prefix + own);
            try {
                LinuxFiles.mkdir(directory, PERMISSIONS);
                return directory;
            } catch (LinuxException e) {
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
            }
        }
    }
}
