package io.reaper.runtime.terminal;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.signal.SignalPipe;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Between a program's terminal and the caller's standard input and output. The terminal itself, the
 * slave, is kept open, too: so the program may close and reopen it without an end of its output.
 */
final class TerminalRelay implements AutoCloseable {

    /**
     * More than the kernel keeps of what a program has written: 64 KiB on the way and a page read.
     * After the program's end only this much is its own, the rest is of what it left behind.
     */
    private static final int TAIL = 256 * 1024;

    private static final int O_NOCTTY = 0x100;

    private final Pty pty;
    private final Fd output;
    private final Pump typed;
    private final Pump shown;
    private final UserTerminal user;
    private Optional<WindowSize> window = Optional.empty();
    private boolean hungUp;

    TerminalRelay(Pty pty, Fd output, UserTerminal user) {
        this.pty = pty;
        this.output = output;
        this.user = user;
        this.typed = new Pump(Fd.of(0), pty.master());
        this.shown = new Pump(pty.master(), output);
    }

    /** The caller's own terminal, if standard input is one, is raw until this is closed. */
    static TerminalRelay open(Pty pty) {
        pty.master().setNonBlocking(true);
        return new TerminalRelay(pty, notWaiting(Fd.of(1)), UserTerminal.raw());
    }

    /**
     * Our own handle of a terminal or pipe: O_NONBLOCK on the caller's would be the caller's, too.
     * Others (files) take what they are given, or leave us no choice.
     */
    private static Fd notWaiting(Fd stream) {
        FileStat stat = stream.stat();
        if (!stat.isFifo() && !Terminal.isTerminal(stream)) {
            return stream;
        }
        try {
            return stream.reopen(OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK | O_NOCTTY);
        } catch (LinuxException e) {
            return stream; // another user's
        }
    }

    /** The program's window becomes as large as the caller's. */
    void resize() {
        window = UserTerminal.size();
        if (!hungUp) {
            window.ifPresent(size -> Terminal.resize(pty.master(), size));
        }
    }

    /** The signal of a new size may come later than what is typed after it. */
    private void passTyped() {
        if (typed.take() > 0 && !UserTerminal.size().equals(window)) {
            resize();
        }
        typed.give();
    }

    /**
     * Waits for any of these or for bytes, which are passed on.
     *
     * @return which of these are ready
     */
    int[] await(Poll.Entry... others) {
        Optional<Poll.Entry> in = hungUp ? Optional.empty() : typed.waitsFor();
        Optional<Poll.Entry> out = hungUp ? Optional.empty() : shown.waitsFor();
        List<Poll.Entry> all = new ArrayList<>(List.of(others));
        in.ifPresent(all::add);
        out.ifPresent(all::add);
        int[] ready = Poll.await(Deadline.NONE, all.toArray(Poll.Entry[]::new));
        int next = others.length;
        if (in.isPresent() && ready[next++] != 0) {
            passTyped();
        }
        if (out.isPresent() && ready[next] != 0) {
            show();
        }
        return Arrays.copyOf(ready, others.length);
    }

    private int show() {
        try {
            return shown.step();
        } catch (LinuxException e) {
            if (!e.is(Errno.EPIPE) && !e.is(Errno.EIO)) {
                throw e;
            }
            hangUp(); // nobody looks any more: the program gets SIGHUP
            return 0;
        }
    }

    private void hangUp() {
        hungUp = true;
        pty.close();
    }

    /**
     * After the program's end: shows the last of what it wrote, until a signal other than of a new
     * size asks for the end.
     */
    void drain(SignalPipe signals) {
        int read = 0;
        while (!hungUp && (read < TAIL || shown.isLoaded())) {
            boolean rest = shown.isLoaded(); // of what was read before
            int count = show();
            read += count;
            if (count == 0 && !rest) {
                return;
            }
            if (shown.isLoaded()) {
                Poll.Entry signal = new Poll.Entry(signals.fd(), Poll.POLLIN);
                Poll.Entry room = new Poll.Entry(output, Poll.POLLOUT);
                boolean signalled = Poll.await(Deadline.NONE, signal, room)[0] != 0;
                if (signalled && signals.take() != Signals.SIGWINCH) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        user.close();
        typed.close();
        shown.close();
        pty.close();
    }
}
