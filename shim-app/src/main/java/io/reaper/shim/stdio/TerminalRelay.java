package io.reaper.shim.stdio;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.stdio.Pump.WhenRefused;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An open terminal, seen from its master: one pump for what is typed, one for what is shown.
 *
 * @param slave kept open, so that a process which closes its terminal for a while does not end the
 *     relay; empty if it cannot be opened any more
 * @param typed a duplicate of the master, since each pump watches a descriptor of its own
 * @param input empty where nobody types
 */
record TerminalRelay(Fd master, Optional<Fd> slave, Fd typed, Optional<Pump> input, Pump output)
        implements AutoCloseable {

    /**
     * Begins to copy.
     *
     * @param master taken over, also on failure
     * @param stdin where typed bytes come from, if they do
     * @param stdout where shown bytes go
     */
    static TerminalRelay begin(Fd master, Optional<Fd> stdin, Fd stdout, KernelEvents events) {
        try {
            master.setNonBlocking(true);
            Fd typed = master.duplicate();
            TerminalRelay relay =
                    new TerminalRelay(
                            master,
                            slaveOf(master),
                            typed,
                            stdin.map(from -> new Pump(from, typed, events, WhenRefused.END)),
                            new Pump(master, stdout, events, WhenRefused.DISCARD));
            relay.begin();
            return relay;
        } catch (LinuxException e) {
            master.close();
            throw e;
        }
    }

    private void begin() {
        try {
            output.begin();
            input.ifPresent(Pump::begin);
        } catch (LinuxException e) {
            close();
            throw e;
        }
    }

    private static Optional<Fd> slaveOf(Fd master) {
        try {
            return Optional.of(Pty.slaveOf(master));
        } catch (LinuxException e) {
            return Optional.empty(); // its process has ended already
        }
    }

    /** Ends nothing if the terminal is gone. */
    void resize(WindowSize size) {
        Terminal.resize(master, size);
    }

    /**
     * Its process has ended.
     *
     * @return completed when the rest of what it has shown was passed on
     */
    CompletableFuture<Void> finish() {
        slave.ifPresent(Fd::close);
        input.ifPresent(Pump::close);
        output.finish();
        return output.done();
    }

    @Override
    public void close() {
        input.ifPresent(Pump::close);
        output.close();
        slave.ifPresent(Fd::close);
        typed.close();
        master.close();
    }
}
