package io.reaper.runtime.terminal;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.state.ContainerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a process's standard streams come from: its caller, or a terminal of its own, which goes to
 * the listener at the console socket or stays with a caller in the foreground. The machine's
 * /dev/pts makes the terminal, which in host mode is the container's, too.
 */
public final class Console implements AutoCloseable {

    /** What receivers know the master by (runc, docs/terminals.md). */
    private static final String MASTER = "/dev/ptmx";

    private static final List<Fd> CALLERS = List.of(Fd.of(0), Fd.of(1), Fd.of(2));

    private Optional<Pty> pty;
    private final Optional<Fd> socket;

    private Console(Optional<Pty> pty, Optional<Fd> socket) {
        this.pty = pty;
        this.socket = socket;
    }

    /**
     * Makes the terminal, if the process wants one.
     *
     * @param socket where the terminal is sent
     * @param detached whether the caller returns while the program runs
     * @throws ContainerException if these do not fit together
     */
    public static Console open(
            Spec.ContainerProcess process, Optional<Path> socket, boolean detached) {
        boolean sends = process.terminal() && detached;
        if (socket.isPresent() && !sends) {
            throw new ContainerException(
                    ErrorCode.E_CONSOLE_INVALID,
                    "cannot use console socket if reaper-runtime will not detach or allocate tty");
        }
        if (sends && socket.isEmpty()) {
            throw new ContainerException(
                    ErrorCode.E_CONSOLE_INVALID,
                    "cannot allocate tty if reaper-runtime will detach without setting console"
                            + " socket (--console-socket)");
        }
        if (!process.terminal()) {
            return new Console(Optional.empty(), Optional.empty());
        }
        Optional<Fd> connected = socket.map(UnixSockets::connect);
        try {
            Pty pty = Pty.open();
            (detached ? process.consoleSize() : UserTerminal.size().or(process::consoleSize))
                    .ifPresent(size -> resize(pty, size));
            return new Console(Optional.of(pty), connected);
        } catch (LinuxException e) {
            connected.ifPresent(Fd::close);
            throw e;
        }
    }

    private static void resize(Pty pty, WindowSize size) {
        Terminal.resize(pty.master(), size);
    }

    /** What becomes the process's standard input, output and error. */
    public List<Fd> streams() {
        return pty.map(Pty::slave).map(slave -> List.of(slave, slave, slave)).orElse(CALLERS);
    }

    /**
     * Gives the terminal to whom it is for.
     *
     * @return the terminal, if that is the caller, who closes it
     */
    public Optional<Pty> handOver() {
        if (socket.isPresent()) {
            UnixSockets.sendDescriptor(socket.get(), pty.orElseThrow().master(), MASTER);
            return Optional.empty();
        }
        Optional<Pty> kept = pty;
        pty = Optional.empty();
        return kept;
    }

    @Override
    public void close() {
        pty.ifPresent(Pty::close);
        socket.ifPresent(Fd::close);
    }
}
