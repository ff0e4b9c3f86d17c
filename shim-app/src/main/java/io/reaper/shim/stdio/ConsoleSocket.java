package io.reaper.shim.stdio;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A socket at which an OCI runtime delivers the master of a terminal (runc, docs/terminals.md). In
 * a directory of its own that root alone may enter, with a short name: a runtime need not know how
 * to reach a path that is longer than {@code sun_path}.
 */
final class ConsoleSocket implements AutoCloseable {

    private static final Path PARENT = Path.of("/run");
    private static final String SOCKET = "pty.sock";
    private static final int DIRECTORY_PERMISSIONS = 0700;
    private static final int SOCKET_PERMISSIONS = 0600;

    /** For a runtime that has succeeded and sent nothing. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Path directory;
    private final Path path;
    private final Fd listening;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ConsoleSocket(Path directory) {
        this.directory = directory;
        this.path = directory.resolve(SOCKET);
        this.listening = UnixSockets.listen(path, SOCKET_PERMISSIONS);
    }

    static ConsoleSocket open() {
        Path directory = makeDirectory();
        try {
            return new ConsoleSocket(directory);
        } catch (LinuxException e) {
            LinuxFiles.removeDirectory(directory);
            throw e;
        }
    }

    /** A name that is taken belongs to a dead shim whose pid is ours now. */
    private static Path makeDirectory() {
        while (true) {
            String name =
                    "reaper-pty-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
            Path directory = PARENT.resolve(name);
            try {
                LinuxFiles.mkdir(directory, DIRECTORY_PERMISSIONS);
                return directory;
            } catch (LinuxException e) {
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
            }
        }
    }

    Path path() {
        return path;
    }

    /**
     * The master, which the runtime has sent by the time its command has ended.
     *
     * @throws ShimException FAILED if it has not
     */
    Fd receive() {
        Deadline deadline = Deadline.after(LIMIT); // deadline: LIMIT
        await(listening, deadline);
        try (Fd connection = UnixSockets.accept(listening)) {
            await(connection, deadline);
            return UnixSockets.receiveDescriptor(connection);
        } catch (LinuxException e) {
            throw new ShimException(
                    ErrorCode.E_RUNTIME_ANSWER,
                    ShimException.Kind.FAILED,
                    "the OCI runtime sent no terminal: " + e.getMessage(),
                    e);
        }
    }

    private static void await(Fd socket, Deadline deadline) {
        if (Poll.await(deadline, new Poll.Entry(socket, Poll.POLLIN))[0] == 0) {
            throw new ShimException(
                    ErrorCode.E_RUNTIME_ANSWER,
                    ShimException.Kind.FAILED,
                    "the OCI runtime sent no terminal within " + LIMIT.toSeconds() + " s");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            listening.close();
            LinuxFiles.unlink(path);
            LinuxFiles.removeDirectory(directory);
        }
    }
}
