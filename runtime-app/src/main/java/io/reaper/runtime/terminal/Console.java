package io.reaper.runtime.terminal;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
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
 * the listener at the console socket or stays with a caller in the foreground. The node's /dev/pts
 * makes the terminal where that is the container's, too; else the container's, once the init stage
 * has entered it.
 */
public final class Console implements AutoCloseable {

    /** What receivers know the master by (runc, docs/terminals.md). */
    private static final String MASTER = "/dev/ptmx";

    private static final List<Fd> CALLERS = List.of(Fd.of(0), Fd.of(1), Fd.of(2));

    private static final Path NOTHING = Path.of("/dev/null");

    /** Whose devpts the terminal is of. */
    public enum Place {
        NODE,
        CONTAINER
    }

    private final Optional<Fd> nothing;
    private final Optional<Fd> socket;
    private Optional<Pty> pty;

    private Console(Optional<Pty> pty, Optional<Fd> nothing, Optional<Fd> socket) {
        this.pty = pty;
        this.nothing = nothing;
        this.socket = socket;
    }

    /** How large the terminal's window is to be; empty without one, or if that is not known. */
    public static Optional<WindowSize> size(Spec.ContainerProcess process, boolean detached) {
        if (!process.terminal()) {
            return Optional.empty();
        }
        return detached ? process.consoleSize() : UserTerminal.size().or(process::consoleSize);
    }

    /**
     * Makes the terminal, if the process wants one that is of the node's devpts.
     *
     * @param socket where the terminal is sent
     * @param detached whether the caller returns while the program runs
     * @throws ContainerException if these do not fit together
     */
    public static Console open(
            Spec.ContainerProcess process, Optional<Path> socket, boolean detached, Place place) {
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
            return new Console(Optional.empty(), Optional.empty(), Optional.empty());
        }
        Optional<Fd> connected = socket.map(UnixSockets::connect);
        try {
            return switch (place) {
                case NODE ->
                        new Console(
                                Optional.of(made(size(process, detached))),
                                Optional.empty(),
                                connected);
                case CONTAINER ->
                        new Console(
                                Optional.empty(),
                                Optional.of(Fd.open(NOTHING, OpenFlags.O_RDWR)),
                                connected);
            };
        } catch (LinuxException e) {
            connected.ifPresent(Fd::close);
            throw e;
        }
    }

    private static Pty made(Optional<WindowSize> size) {
        Pty pty = Pty.open();
        size.ifPresent(known -> Terminal.resize(pty.master(), known));
        return pty;
    }

    /**
     * What becomes the process's standard input, output and error, or is until it has a terminal.
     */
    public List<Fd> streams() {
        return pty.map(Pty::slave)
                .or(() -> nothing)
                .map(stream -> List.of(stream, stream, stream))
                .orElse(CALLERS);
    }

    /**
     * Gives the terminal to whom it is for.
     *
     * @param made the terminal of the container's devpts, taken over
     * @return the terminal, if that is the caller, who closes it
     */
    public Optional<Pty> handOver(Optional<Fd> made) {
        pty = pty.or(() -> made.map(Console::whole));
        if (socket.isPresent()) {
            UnixSockets.sendDescriptor(socket.get(), pty.orElseThrow().master(), MASTER);
            return Optional.empty();
        }
        Optional<Pty> kept = pty;
        pty = Optional.empty();
        return kept;
    }

    private static Pty whole(Fd master) {
        try {
            return new Pty(master, Pty.slaveOf(master));
        } catch (LinuxException e) {
            master.close();
            throw e;
        }
    }

    @Override
    public void close() {
        pty.ifPresent(Pty::close);
        nothing.ifPresent(Fd::close);
        socket.ifPresent(Fd::close);
    }
}
