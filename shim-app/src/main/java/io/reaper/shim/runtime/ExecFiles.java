package io.reaper.shim.runtime;

import static io.reaper.linux.seam.OpenFlags.O_CREAT;
import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_TRUNC;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.runtime.RuntimeLog.Said;
import io.reaper.shim.self.ScratchDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one exec command reads and leaves, gone with {@link #close}. The process, with its
 * environment, and the log are in memory: the command opens them by our descriptors, so an exec
 * works on a full disk. Its pid alone needs a directory, where runtimes write beside the file and
 * rename: the bundle or, where that is full or read-only, one of our own.
 */
final class ExecFiles implements AutoCloseable {

    private static final int PERMISSIONS = 0600;
    private static final int LOG_LIMIT = 4 * 1024 * 1024;

    /** More than a pid has digits. */
    private static final byte[] ROOM = new byte[16];

    private final String name;
    private final Fd process;
    private final Fd log;
    private final Path pid;
    private final Optional<Path> scratch;

    private ExecFiles(String name, Fd process, Fd log, Path pid, Optional<Path> scratch) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.pid = pid;
        this.scratch = scratch;
    }

    /**
     * Makes them.
     *
     * @param name safe as a part of a file name
     * @throws LinuxException if no directory takes a pid
     */
    static ExecFiles write(Path bundle, String name, byte[] content) {
        Fd process = Fd.memory("process");
        Fd log = process;
        try {
            process.write(content);
            log = Fd.memory("log");
            return placed(bundle, name, process, log);
        } catch (RuntimeException e) {
            process.close();
            log.close();
            throw e;
        }
    }

    private static ExecFiles placed(Path bundle, String name, Fd process, Fd log) {
        String file = "exec-" + name + ".pid";
        try {
            Path pid = withRoom(bundle.resolve(file));
            return new ExecFiles(name, process, log, pid, Optional.empty());
        } catch (LinuxException e) {
            return ScratchDirectory.make(
                    "exec",
                    directory ->
                            new ExecFiles(
                                    name,
                                    process,
                                    log,
                                    withRoom(directory.resolve(file)),
                                    Optional.of(directory)));
        }
    }

    /** Once there was room for it, and nothing is there. */
    private static Path withRoom(Path file) {
        int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK;
        try (Fd probe = Fd.open(file, flags, PERMISSIONS)) {
            probe.write(ROOM);
        } finally {
            LinuxFiles.unlink(file);
        }
        return file;
    }

    /** For the runtime to read. */
    Path process() {
        return path(process);
    }

    /** For the runtime to write. */
    Path log() {
        return path(log);
    }

    /** For the runtime to write; nothing is there before. */
    Path pid() {
        return pid;
    }

    private static Path path(Fd file) {
        return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + file.number());
    }

    /** The last error in the log. */
    Optional<Said> lastError() {
        log.seek(0);
        String entries = new String(log.readAll(LOG_LIMIT), StandardCharsets.UTF_8);
        return RuntimeLog.lastError(entries)
                .map(said -> new Said(said.code(), named(said.message())));
    }

    private String named(String message) {
        return message.replace(process().toString(), "process of exec " + name);
    }

    @Override
    public void close() {
        process.close();
        log.close();
        LinuxFiles.unlink(pid);
        scratch.ifPresent(LinuxFiles::removeDirectory);
    }
}
