package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_APPEND;
import static io.reaper.linux.seam.OpenFlags.O_CREAT;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;
import static io.reaper.linux.seam.OpenFlags.O_RDWR;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.shim.error.ShimException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One stream of one process: the descriptor which the process gets, and what the shim keeps.
 *
 * @param process closed by the shim as soon as the process has its own copy
 * @param kept the read-write descriptor of a FIFO, which never blocks to open (fifo(7)). It makes
 *     the shim a reader, so that a client which vanishes (a restart of containerd) neither breaks
 *     the writer's pipe nor loses its output, and a writer, so that stdin does not end between two
 *     clients
 */
record StandardStream(Fd process, Optional<Fd> kept) {

    private static final Path NULL = Path.of("/dev/null");
    private static final int LOG_PERMISSIONS = 0644;

    /** Which way bytes go, seen from the process. */
    enum Direction {
        IN,
        OUT
    }

    static StandardStream open(StdioUri uri, Direction direction) {
        return switch (uri) {
            case StdioUri.Null() -> plain(NULL, direction);
            case StdioUri.Fifo(Path path) ->
                    FileStat.of(path).isFifo() ? fifo(path, direction) : plain(path, direction);
            case StdioUri.LogFile(Path path) -> logFile(path, direction);
            case StdioUri.Logger logger ->
                    throw ShimException.invalid(
                            ErrorCode.E_STDIO_INVALID,
                            "logger "
                                    + logger.program()
                                    + " takes both outputs: name it as standard output");
        };
    }

    private static StandardStream plain(Path path, Direction direction) {
        int flags =
                switch (direction) {
                    case IN -> O_RDONLY;
                    case OUT -> O_WRONLY | O_APPEND;
                };
        return new StandardStream(Fd.open(path, flags), Optional.empty());
    }

    private static StandardStream fifo(Path path, Direction direction) {
        Fd readWrite = Fd.open(path, O_RDWR);
        try {
            int flags =
                    switch (direction) {
                        case IN -> O_RDONLY;
                        case OUT -> O_WRONLY;
                    };
            return new StandardStream(readWrite.reopen(flags), Optional.of(readWrite));
        } catch (RuntimeException e) {
            readWrite.close();
            throw e;
        }
    }

    private static StandardStream logFile(Path path, Direction direction) {
        if (direction == Direction.IN) {
            return plain(path, direction);
        }
        try {
            Files.createDirectories(path.getParent());
        } catch (IOException e) {
            throw new ShimException(
                    ErrorCode.E_STDIO_INVALID,
                    ShimException.Kind.FAILED,
                    "log file " + path + ": " + FailureText.of(e),
                    e);
        }
        Fd file = Fd.open(path, O_WRONLY | O_CREAT | O_APPEND, LOG_PERMISSIONS);
        return new StandardStream(file, Optional.empty());
    }

    void close() {
        process.close();
        kept.ifPresent(Fd::close);
    }
}
