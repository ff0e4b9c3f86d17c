package io.reaper.contract;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.nio.file.Path;

/** Files that readers see whole: the old content or the new. */
public final class AtomicFile {

    private AtomicFile() {}

    /**
     * Writes beside the target and renames; a symbolic link there is replaced, not followed. Only
     * one writer at a time. Does not wait for the disk: what we keep in files is about processes,
     * and a crash of the machine ends these too.
     *
     * @param permissions before the umask
     * @throws LinuxException naming the file; the old one is left then, and nothing beside it
     */
    public static void write(Path target, byte[] content, int permissions) {
        Path beside = target.resolveSibling("." + target.getFileName() + ".new");
        int flags =
                OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
        try (Fd fd = create(beside, flags, permissions)) {
            if (content.length > 0) {
                fd.write(content);
            }
            LinuxFiles.rename(beside, target);
        } catch (LinuxException e) {
            removeAfter(e, beside);
            throw e;
        }
    }

    /** A disk that is full stays as it was. */
    private static void removeAfter(LinuxException cause, Path beside) {
        try {
            LinuxFiles.unlink(beside);
        } catch (LinuxException e) {
            cause.addSuppressed(e);
        }
    }

    private static Fd create(Path file, int flags, int permissions) {
        try {
            return Fd.open(file, flags, permissions);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            LinuxFiles.unlink(file); // of a writer that was killed
            return Fd.open(file, flags, permissions);
        }
    }
}
