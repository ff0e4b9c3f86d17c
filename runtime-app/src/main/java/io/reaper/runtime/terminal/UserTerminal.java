package io.reaper.runtime.terminal;

import io.reaper.linux.file.Fd;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The terminal somebody sits at: while this is open, what is typed goes to the program byte by
 * byte, and only the program's terminal edits, echoes and makes signals of it.
 */
final class UserTerminal implements AutoCloseable {

    private static final Fd INPUT = Fd.of(0);

    private final Optional<Terminal.Settings> before;

    private UserTerminal(Optional<Terminal.Settings> before) {
        this.before = before;
    }

    /** The size of the window; empty if no standard stream is a terminal. */
    static Optional<WindowSize> size() {
        return Stream.of(0, 1, 2)
                .map(Fd::of)
                .filter(Terminal::isTerminal)
                .findFirst()
                .map(Terminal::size);
    }

    /** Makes standard input raw, if it is a terminal. */
    static UserTerminal raw() {
        if (!Terminal.isTerminal(INPUT)) {
            return new UserTerminal(Optional.empty());
        }
        Terminal.Settings settings = Terminal.settings(INPUT);
        Terminal.apply(INPUT, settings.raw());
        // not before: started in the background, we wait to be brought to the foreground; from
        // now on the settings are to be restored wherever we are
        new ProcessControl(Syscalls.get()).ignore(Signals.SIGTTOU);
        return new UserTerminal(Optional.of(settings));
    }

    /** Restores the settings. */
    @Override
    public void close() {
        try {
            before.ifPresent(settings -> Terminal.apply(INPUT, settings));
        } catch (LinuxException e) {
            if (!e.is(Errno.EIO)) {
                throw e; // else it was hung up, and has no settings any more
            }
        }
    }
}
