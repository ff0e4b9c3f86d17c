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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code <root>/<id>/}: what is known of one container. state.json is only ever replaced as a
 * whole, by the holder of the lock; reading takes no lock.
 */
public final class ContainerDirectory {

    private static final String STATE = "state.json";

    private static final String LOCK = "lock";
    private static final String KILLED = "killed";
    private static final String CONFIGURATION = "config.json";
    private static final String EXEC_FIFO = "exec.fifo";
    private static final String EXECS = "execs";

    /** What is there beside the state and the lock, mostly. */
    private static final List<String> PASSING = List.of(EXEC_FIFO, CONFIGURATION, ExitRecord.FILE);

    private static final int STATE_LIMIT = 16 * 1024 * 1024;
    private static final int FIFO_PERMISSIONS = 0622;
    private static final int FILE_PERMISSIONS = 0600;

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
        return lockFile().lock(true);
    }

    /** The lock, if nobody holds it and the directory is there. */
    public Optional<Fd> tryLock() {
        return lockFile().lock(false);
    }

    /**
     * What state.json says; empty if there is none.
     *
     * @throws DamagedStateException if it cannot be read, is another container's, or is lost while
     *     init lives
     */
    public Optional<ContainerState> load() {
        Path file = path.resolve(STATE);
        Optional<byte[]> document = read(file);
        if (document.isEmpty()) {
            checkNotLost(file);
            return Optional.empty();
        }
        ContainerState state;
        try {
            state = StateJson.decode(document.get());
        } catch (IOException e) {
            throw new DamagedStateException(file, problem(e.getMessage()));
        }
        if (!state.id().equals(id)) {
            throw new DamagedStateException(file, "it is that of container " + state.id());
        }
        return Optional.of(state);
    }

    /** Without what the parser says of itself. */
    private static String problem(String message) {
        int end = message.indexOf(" (");
        int line = message.indexOf('\n');
        int shorter = end < 0 ? message.length() : end;
        return message.substring(0, line < 0 ? shorter : Math.min(line, shorter));
    }

    private static Optional<byte[]> read(Path file) {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
        try {
            Optional<Fd> found = Fd.openIfPresent(file, flags);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (Fd open = found.get()) {
                return Optional.of(open.readAll(STATE_LIMIT));
            }
        } catch (LinuxException e) {
            if (e.is(Errno.ENOTDIR) || e.is(Errno.ENAMETOOLONG)) {
                return Optional.empty();
            }
            if (DamagedStateException.isOddFile(e)) {
                boolean large = e.is(Errno.E2BIG);
                throw new DamagedStateException(
                        file, large ? "larger than " + STATE_LIMIT + " bytes" : e.errno().text());
            }
            throw e;
        }
    }

    private void checkNotLost(Path file) {
        Optional<InitNote> note = note().filter(found -> found.init().lives());
        if (note.isPresent()) {
            throw new DamagedStateException(
                    file, "it is lost, and process " + note.get().init().pid() + " lives");
        }
    }

    public Optional<Snapshot> snapshot() {
        return load().map(state -> Snapshot.of(state, this));
    }

    /** Why there is no such container: nothing has its name, or something that is none. */
    public ContainerException missing() {
        boolean other = FileStat.find(path).filter(stat -> !stat.isDirectory()).isPresent();
        return other
                ? new ContainerException(
                        ErrorCode.E_STATE_DAMAGED,
                        path
                                + ": not the directory of a container (delete --force "
                                + id
                                + " removes it)")
                : ContainerException.doesNotExist(id);
    }

    /** {@code run} leaves the record here, all others in the bundle. */
    Optional<ExitRecord> exit(ContainerState state) {
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

    /** By which init says that its program does not run yet. */
    public InitHold hold() {
        return new InitHold(path.resolve(CONFIGURATION));
    }

    private LockFile lockFile() {
        return new LockFile(path.resolve(LOCK));
    }

    /**
     * Keeps what leads to the container's processes.
     *
     * @param lock held by the caller
     */
    public static void writeNote(Fd lock, ContainerState state) {
        lock.write(state.note().encode());
    }

    /**
     * What leads to the container's processes whatever became of state.json, once init is there.
     */
    public Optional<InitNote> note() {
        return lockFile().note();
    }

    /**
     * Remembers that the container was told to end: delete will wait for it.
     *
     * @throws LinuxException of a file system that cannot be written to
     */
    public void markKilled() {
        lockFile().markKilled();
    }

    public boolean isMarkedKilled() {
        return lockFile().isMarkedKilled()
                || LinuxFiles.exists(path.resolve(KILLED)); // by an earlier version
    }

    /**
     * Removes the directory, state.json last but the lock: an interrupted removal can be repeated.
     */
    public void remove() {
        try {
            for (String name : PASSING) {
                LinuxFiles.unlink(path.resolve(name));
            }
            execs().removeAll();
            LinuxFiles.unlink(path.resolve(STATE));
            LinuxFiles.unlink(path.resolve(LOCK));
            LinuxFiles.removeDirectory(path);
        } catch (LinuxException e) {
            boolean others = e.is(Errno.ENOTEMPTY); // of somebody else, or of another version
            boolean damaged = e.is(Errno.EISDIR) || e.is(Errno.ENOTDIR);
            if (!others && !damaged) {
                throw e;
            }
            if (others) {
                execs().removeAll(); // of an exec that had begun before
            }
            LinuxFiles.removeTree(path);
        }
    }
}
