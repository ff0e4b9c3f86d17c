package io.reaper.runtime.terminal;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.SignalPipe;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.launch.Launched;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A verb that stays until its program ends: signals sent to the verb go to the program, and where
 * the program has a terminal of its own, what is typed and shown.
 */
public final class Foreground implements AutoCloseable {

    private static final int LAST_SIGNAL = 64;

    /**
     * Not passed on: what cannot be caught, what is about ourselves or our children, what the
     * machine says of an instruction of ours, what stops a background process that uses its
     * terminal, and the C library's own.
     */
    private static final Set<String> OURS =
            Set.of(
                    "SIGKILL",
                    "SIGSTOP",
                    "SIGCHLD",
                    "SIGURG",
                    "SIGPIPE",
                    "SIGILL",
                    "SIGTRAP",
                    "SIGABRT",
                    "SIGBUS",
                    "SIGFPE",
                    "SIGSEGV",
                    "SIGSYS",
                    "SIGTTIN",
                    "SIGTTOU",
                    "signal 32",
                    "signal 33");

    private final SignalPipe signals;

    private Foreground(SignalPipe signals) {
        this.signals = signals;
    }

    /** From now on signals wait until there is a program to take them. */
    public static Foreground open() {
        return new Foreground(SignalPipe.open(forwarded()));
    }

    static Set<Integer> forwarded() {
        return IntStream.rangeClosed(1, LAST_SIGNAL)
                .filter(signal -> !OURS.contains(Signals.name(signal)))
                .boxed()
                .collect(Collectors.toSet());
    }

    /**
     * Waits for the program's end.
     *
     * @param program a child of this process; it is released
     */
    public ExitStatus attend(Launched program) {
        try (Pidfd process = program.child().pidfd();
                TerminalRelay relay = program.terminal().map(TerminalRelay::open).orElse(null)) {
            Optional<TerminalRelay> terminal = Optional.ofNullable(relay);
            terminal.ifPresent(TerminalRelay::resize);
            Poll.Entry ended = new Poll.Entry(process.fd(), Poll.POLLIN);
            Poll.Entry signalled = new Poll.Entry(signals.fd(), Poll.POLLIN);
            int[] ready = new int[2];
            while (ready[0] == 0) {
                ready =
                        terminal.isPresent()
                                ? terminal.get().await(ended, signalled)
                                : Poll.await(Deadline.NONE, ended, signalled);
                if (ready[1] != 0) {
                    forward(signals.take(), process, terminal);
                }
            }
            terminal.ifPresent(open -> open.drain(signals));
            return process.await();
        }
    }

    private static void forward(int signal, Pidfd process, Optional<TerminalRelay> terminal) {
        if (signal == Signals.SIGWINCH && terminal.isPresent()) {
            terminal.get().resize();
            return;
        }
        try {
            process.signal(signal);
        } catch (LinuxException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        signals.close();
    }
}
