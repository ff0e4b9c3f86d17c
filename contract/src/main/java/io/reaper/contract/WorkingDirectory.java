package io.reaper.contract;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;

/**
 * Where relative paths begin. A caller's may have been removed under it, or lie on a file system
 * that was unmounted: then it has no path, for which the JDK asks whenever it opens a file.
 */
public final class WorkingDirectory {

    /** Also set by the launchers of the JVM mode: no VM starts in such a directory. */
    private static final String LOST = "reaper.directory.lost";

    private static final String ROOT = "/";
    private static final int PATH_MAX = 4096;

    private WorkingDirectory() {}

    /** Leaves a directory that has no path for the root; {@link #check} knows it from then on. */
    public static void leaveIfLost() {
        if (!hasPath()) {
            System.setProperty(LOST, "true");
            LinuxException.check(Syscalls.get().chdir(ROOT), "chdir", ROOT);
        }
    }

    /** The kernel writes "(unreachable)" before a path that does not begin at our root. */
    private static boolean hasPath() {
        try (Memory path = Memory.of(PATH_MAX)) {
            return Syscalls.get().getcwd(path, PATH_MAX) > 0 && path.bytes().get(0) == '/';
        }
    }

    /**
     * A path that leads where the caller means it to.
     *
     * @throws LostDirectoryException if it is relative and there is nothing that it begins at
     */
    public static Path check(Path path) {
        if (!path.isAbsolute() && Boolean.getBoolean(LOST)) {
            throw new LostDirectoryException(path);
        }
        return path;
    }

    /** A relative path, and the current directory is gone. */
    public static final class LostDirectoryException extends ReaperException {

        private static final long serialVersionUID = 1;

        LostDirectoryException(Path path) {
            super(
                    ErrorCode.E_USAGE,
                    (path.toString().isEmpty() ? "" : "\"" + path + "\": ")
                            + "the current directory has been removed: give an absolute path");
        }
    }
}
