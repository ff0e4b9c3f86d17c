package io.reaper.runtime.state;

import io.reaper.contract.AtomicFile;
import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code <root>/<id>/}: what is known of one container. state.json is only ever replaced as a
 * whole, by the holder of the lock; reading takes no lock.
 */
public final class ContainerDirectory {

    static final String STATE = "state.json";

    private static final String LOCK = "lock";
    private static final String KILLED = "killed";
    private static final String CONFIGURATION = "config.json";
    private static final String EXEC_FIFO = "exec.fifo";
    private static final String EXECS = "execs";

    /** What is there beside the state and the lock, mostly. */
    private static final List<String> PASSING =
            List.of(EXEC_FIFO, CONFIGURATION, KILLED, ExitRecord.FILE);

    private static final int STATE_LIMIT = 16 * 1024 * 1024;
    private static final int FIFO_PERMISSIONS = 0622;
    private static final int FILE_PERMISSIONS = 0600;
    private static final int OPEN_LOCK =
            OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW;

    private final ContainerId id;
    private final Path path;

    ContainerDirectory(ContainerId id, Path path) {
        this.id = id;
        this.path = path;
    }

    public ContainerId id() {
        return id;
    }

    public Path path() {
        return path;
    }

    public boolean exists() {
        return FileStat.isDirectory(path);
    }

    /**
     * Waits for the lock of the verbs that change the container; it ends when closed.
     *
     * @return empty if there is no such directory, or it went away meanwhile
     */
    public Optional<Fd> lock() {
        return locked(true);
    }

    /** The lock, if nobody holds it and the directory is there. */
    public Optional<Fd> tryLock() {
        return locked(false);
    }

    /** A lock on a file that was deleted, and perhaps made anew by others, protects nothing. */
    private Optional<Fd> locked(boolean wait) {
        Path file = path.resolve(LOCK);
        while (true) {
            Fd lock;
            try {
                lock = Fd.open(file, OPEN_LOCK, FILE_PERMISSIONS);
            } catch (LinuxException e) {
                if (e.is(Errno.ENOENT) || e.is(Errno.ENAMETOOLONG)) {
                    return Optional.empty();
                }
                throw e;
            }
            boolean held = wait ? lockNow(lock) : lock.tryLock();
            if (held && isStill(file, lock)) {
                return Optional.of(lock);
            }
            lock.close();
            if (!held) {
                return Optional.empty();
            }
        }
    }

    private static boolean lockNow(Fd lock) {
        lock.lock();
        return true;
    }

    private static boolean isStill(Path file, Fd lock) {
        try {
            return FileStat.ofNoFollow(file).sameFile(lock.stat());
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    /** What state.json says; empty if there is none. */
    public Optional<ContainerState> load() {
        Path file = path.resolve(STATE);
        byte[] document;
        try {
            Optional<Fd> found = Fd.openIfPresent(file, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (Fd open = found.get()) {
                document = open.readAll(STATE_LIMIT);
            }
        } catch (LinuxException e) {
            if (e.is(Errno.ENOTDIR) || e.is(Errno.ENAMETOOLONG)) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return Optional.of(StateJson.decode(document));
        } catch (IOException e) {
            String problem = e.getMessage().lines().findFirst().orElse("");
            throw new DamagedStateException(file, problem);
        }
    }

    public Optional<Snapshot> snapshot() {
        return load().map(state -> Snapshot.of(state, exit(state)));
    }

    /** {@code run} leaves the record here, all others in the bundle. */
    private Optional<ExitRecord> exit(ContainerState state) {
        Optional<ExitRecord> here = ExitRecord.read(path);
        return here.isPresent() ? here : ExitRecord.read(state.bundle());
    }

    /**
     * For the holder of the lock.
     *
     * @throws ContainerException if nobody could read it any more, so large are the annotations
     */
    public void save(ContainerState state) {
        byte[] document = StateJson.encode(state);
        if (document.length > STATE_LIMIT) {
            throw new ContainerException(
                    ErrorCode.E_CONFIG_INVALID,
                    "config.json: annotations: state.json would have "
                            + document.length
                            + " bytes, at most "
                            + STATE_LIMIT
                            + " are read");
        }
        AtomicFile.write(path.resolve(STATE), document, FILE_PERMISSIONS);
    }

    /** Keeps the configuration as it was at create. */
    public void saveConfiguration(byte[] document) {
        AtomicFile.write(path.resolve(CONFIGURATION), document, FILE_PERMISSIONS);
    }

    /** The configuration as it was at create. */
    public byte[] configuration() {
        Path file = path.resolve(CONFIGURATION);
        try (Fd open = Fd.open(file, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW)) {
            return open.readAll(STATE_LIMIT);
        }
    }

    /** What init waits on; 0622, since it opens it as the container's user. */
    public Path makeExecFifo() {
        LinuxFiles.mkfifo(execFifo(), FIFO_PERMISSIONS);
        return execFifo();
    }

    public Path execFifo() {
        return path.resolve(EXEC_FIFO);
    }

    /** The processes that exec has started in the container. */
    public ExecRecords execs() {
        return new ExecRecords(path.resolve(EXECS));
    }

    /** Remembers that the container was told to end: delete will wait for it. */
    public void markKilled() {
        try {
            Fd.open(path.resolve(KILLED), OPEN_LOCK, FILE_PERMISSIONS).close();
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    public boolean isMarkedKilled() {
        return LinuxFiles.exists(path.resolve(KILLED));
    }

    /**
     * Removes the directory, state.json last but the lock: an interrupted removal can be repeated.
     */
    public void remove() {
        for (String name : PASSING) {
            LinuxFiles.unlink(path.resolve(name));
        }
        execs().removeAll();
        LinuxFiles.unlink(path.resolve(STATE));
        LinuxFiles.unlink(path.resolve(LOCK));
        try {
            LinuxFiles.removeDirectory(path);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOTEMPTY)) {
                throw e;
            }
            removeWithAll();
        }
    }

    /** With files of somebody else, or of another version. */
    private void removeWithAll() {
        try {
            execs().removeAll(); // of an exec that had begun before
            try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(path);
        } catch (NoSuchFileException e) {
            // somebody else removed it at the same time
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
