package io.reaper.runtime.state;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code <root>/<id>/lock}: the lock of the verbs, by {@code flock(2)}. The file carries two things
 * besides, which then need no room of their own: its content is the {@link InitNote}, and that its
 * owner may execute it says that the container was told to end.
 */
final class LockFile {

    private static final int PERMISSIONS = 0600;
    private static final int KILLED = 0100;
    private static final int OPEN = OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW;
    private static final int NOTE_LIMIT = 16 * 1024;

    private final Path file;

    LockFile(Path file) {
        this.file = file;
    }

    /** A lock on a file that was deleted, and perhaps made anew by others, protects nothing. */
    Optional<Fd> lock(boolean wait) {
        while (true) {
            Optional<Fd> found = open();
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Fd lock = found.get();
            boolean held = wait ? lockNow(lock) : lock.tryLock();
            if (held && isStill(lock)) {
                return found;
            }
            lock.close();
            if (!held) {
                return Optional.empty();
            }
        }
    }

    private Optional<Fd> open() {
        try {
            return Optional.of(Fd.open(file, OPEN | OpenFlags.O_RDWR, PERMISSIONS));
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENAMETOOLONG)) {
                return Optional.empty();
            }
            if (e.is(Errno.EROFS)) {
                return Optional.of(Fd.open(file, OPEN, PERMISSIONS)); // a lock is no write
            }
            if (DamagedStateException.isOddFile(e)) {
                throw new DamagedStateException(file, e.errno().text());
            }
            throw e;
        }
    }

    private static boolean lockNow(Fd lock) {
        lock.lock();
        return true;
    }

    private boolean isStill(Fd lock) {
        try {
            return FileStat.ofNoFollow(file).sameFile(lock.stat());
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /** Empty if nothing, or something else, was written there. */
    Optional<InitNote> note() {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
        try {
            Optional<Fd> found = Fd.openIfPresent(file, flags);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (Fd open = found.get()) {
                return InitNote.parse(open.readAll(NOTE_LIMIT));
            }
        } catch (LinuxException e) {
            if (DamagedStateException.isOddFile(e) || e.is(Errno.ENAMETOOLONG)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Without a new inode or block: a disk that is full takes it. */
    void markKilled() {
        try {
            LinuxFiles.setPermissions(file, PERMISSIONS | KILLED);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    boolean isMarkedKilled() {
        return FileStat.find(file).filter(stat -> (stat.permissions() & KILLED) != 0).isPresent();
    }
}
