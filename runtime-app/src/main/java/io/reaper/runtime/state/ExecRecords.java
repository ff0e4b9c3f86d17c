package io.reaper.runtime.state;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.text.Digits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code <root>/<id>/execs/}: an empty file for each process that exec has started, named {@code
 * PID-STARTTIME}. So any number of execs write at the same time, and none waits for another.
 */
public final class ExecRecords {

    private static final int DIRECTORY_PERMISSIONS = 0700;
    private static final int FILE_PERMISSIONS = 0600;
    private static final int CREATE = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW;

    private final Path path;

    ExecRecords(Path path) {
        this.path = path;
    }

    /**
     * The first process of a session that belongs to the container.
     *
     * @param pid 0 for none
     * @param startTime clock ticks since boot
     */
    public record Leader(int pid, long startTime) {

        /** It runs: neither gone, nor a zombie, nor another one with its number. */
        public boolean lives() {
            return pid != 0
                    && ProcessInfo.of(pid)
                            .filter(info -> info.startTime() == startTime && !info.isZombie())
                            .isPresent();
        }

        private String file() {
            return pid + "-" + startTime;
        }
    }

    /**
     * Remembers a process.
     *
     * @throws LinuxException ENOENT if the container was deleted meanwhile
     */
    public void add(Leader leader) {
        Path file = path.resolve(leader.file());
        try {
            Fd.open(file, CREATE, FILE_PERMISSIONS).close();
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
            makeDirectory(); // the container's first exec
            Fd.open(file, CREATE, FILE_PERMISSIONS).close();
        }
    }

    private void makeDirectory() {
        try {
            LinuxFiles.mkdir(path, DIRECTORY_PERMISSIONS);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    /** Forgets a process; one that is not there is no error. */
    public void remove(Leader leader) {
        LinuxFiles.unlink(path.resolve(leader.file()));
    }

    /** Of ended processes, too. */
    public List<Leader> all() {
        List<Leader> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                parse(file.getFileName().toString()).ifPresent(found::add);
            }
        } catch (NoSuchFileException e) {
            return List.of(); // nothing was ever executed
        } catch (IOException | DirectoryIteratorException e) {
            throw new LinuxException("read", path.toString(), Errno.EIO);
        }
        return found;
    }

    private static Optional<Leader> parse(String name) {
        int dash = name.indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        OptionalLong pid = Digits.parse(name, 0, dash, Integer.MAX_VALUE);
        OptionalLong start = Digits.parse(name, dash + 1, name.length(), Long.MAX_VALUE);
        return pid.isPresent() && start.isPresent()
                ? Optional.of(new Leader((int) pid.getAsLong(), start.getAsLong()))
                : Optional.empty();
    }

    /** For the one that clears up; empty if somebody else does, or there is nothing. */
    public Optional<Fd> tryLock() {
        Optional<Fd> directory =
                Fd.openIfPresent(
                        path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW);
        if (directory.isPresent() && !directory.get().tryLock()) {
            directory.get().close();
            return Optional.empty();
        }
        return directory;
    }

    /** The directory with all in it, also what execs add meanwhile. */
    void removeAll() {
        while (true) {
            try {
                LinuxFiles.removeDirectory(path);
                return;
            } catch (LinuxException e) {
                if (!e.is(Errno.ENOTEMPTY)) {
                    throw e;
                }
                empty();
            }
        }
    }

    private void empty() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            files.forEach(LinuxFiles::unlink);
        } catch (NoSuchFileException e) {
            return; // somebody else removed it
        } catch (IOException | DirectoryIteratorException e) {
            throw new UncheckedIOException(
                    e instanceof IOException io ? io : ((DirectoryIteratorException) e).getCause());
        }
    }
}
