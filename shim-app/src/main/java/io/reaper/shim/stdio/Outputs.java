package io.reaper.shim.stdio;

import io.reaper.shim.error.ShimException;
import io.reaper.shim.stdio.StandardStream.Direction;
import java.util.Optional;

/**
 * Where the output of a process goes. A logger, and a log file, takes both streams: the address of
 * standard output names it, as with containerd's shim for runc.
 */
record Outputs(StandardStream stdout, StandardStream stderr, Optional<Logger> logger) {

    /**
     * Opens both; those of a terminal are one, which is the first.
     *
     * @throws ShimException INVALID_ARGUMENT for an address that cannot be served, FAILED if a
     *     logger does not start; nothing is open then
     */
    static Outputs open(StdioRequest request, StreamOwner owner, StreamContext context) {
        StdioUri out = StdioUri.parse(request.stdout());
        StdioUri err = request.terminal() ? new StdioUri.Null() : standardError(out, request);
        if (out instanceof StdioUri.Logger uri) {
            Logger logger = Logger.start(uri, owner, context);
            return new Outputs(
                    new StandardStream(logger.stdout(), Optional.empty()),
                    new StandardStream(logger.stderr(), Optional.empty()),
                    Optional.of(logger));
        }
        StandardStream stdout = StandardStream.open(out, Direction.OUT);
        try {
            return new Outputs(stdout, StandardStream.open(err, Direction.OUT), Optional.empty());
        } catch (RuntimeException e) {
            stdout.close();
            throw e;
        }
    }

    private static StdioUri standardError(StdioUri out, StdioRequest request) {
        return switch (out) {
            case StdioUri.LogFile file -> file;
            default -> StdioUri.parse(request.stderr());
        };
    }

    void close() {
        stdout.close();
        stderr.close();
        logger.ifPresent(Logger::close);
    }
}
