package io.reaper.runtime.launch;

import io.reaper.linux.process.Child;
import io.reaper.linux.terminal.Pty;
import java.util.Optional;

/**
 * A process of a container as whoever started it holds it.
 *
 * @param terminal its terminal, if the caller is to show it
 */
public record Launched(Child child, Optional<Pty> terminal) {

    /** Lets it go on alone. */
    public void release() {
        child.pidfd().close();
        terminal.ifPresent(Pty::close);
    }
}
