package io.reaper.shim.stdio;

import io.reaper.linux.file.Fd;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.error.ShimException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The standard streams of one process. Life: {@link #open}, {@link #forProcess} and {@link
 * #consoleSocket} for the command that makes the process, {@link #handedOver} when it has made it,
 * {@link #processEnded}, {@link #close}; if it fails, {@link #close} alone. Every method may be
 * called by several threads at once.
 */
public sealed interface ProcessStreams extends AutoCloseable
        permits DirectStreams, TerminalStreams {

    /**
     * Opens all that the client asks for.
     *
     * @throws ShimException INVALID_ARGUMENT or UNIMPLEMENTED for an address we cannot serve,
     *     FAILED for a logger that does not start; none is open then
     * @throws io.reaper.linux.seam.LinuxException if one cannot be opened; none is open then
     */
    static ProcessStreams open(StdioRequest request, StreamOwner owner, StreamContext context) {
        return request.terminal()
                ? TerminalStreams.open(request, owner, context)
                : DirectStreams.open(request, owner, context);
    }

    /** Descriptors 0, 1, 2 of the command that makes the process. */
    List<Fd> forProcess();

    /** Where that command delivers the master of the process's terminal, if it gets one. */
    Optional<Path> consoleSocket();

    /**
     * The process is there and has its own copies now; its terminal's master has been sent.
     *
     * @throws ShimException FAILED if it has not
     */
    void handedOver();

    /** The size of the terminal's window; without a terminal nothing happens. */
    void resize(WindowSize size);

    /** The process sees the end of its input once the client has closed its side too. */
    void closeStdin();

    /**
     * The process has ended, and so has everything that shall not outlive it: clients see the end
     * of its output.
     *
     * @return completed when all of it has been passed on
     */
    CompletableFuture<Void> processEnded();

    @Override
    void close();
}
