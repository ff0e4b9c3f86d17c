package io.reaper.runtime.terminal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.SignalPipe;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.Pty;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TerminalRelayTest {

    private static final int PIPE = 64 * 1024;
    private static final byte[] LAST = "the last".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aNewSizeDoesNotCutOffTheLastOutput() throws Exception {
        Pty pty = Pty.open();
        pty.master().setNonBlocking(true);
        pty.slave().write(LAST);
        Fd[] screen = Fd.pipe(OpenFlags.O_NONBLOCK);
        screen[1].write(new byte[PIPE]); // whoever looks is slow
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        try (SignalPipe signals = SignalPipe.open(Set.of(Signals.SIGWINCH));
                TerminalRelay relay = new TerminalRelay(pty, screen[1], UserTerminal.raw())) {
            Poll.Entry signalled = new Poll.Entry(signals.fd(), Poll.POLLIN);
            Syscalls.get().kill(Math.toIntExact(ProcessHandle.current().pid()), Signals.SIGWINCH);
            Poll.await(Deadline.NONE, signalled);
            Thread drain = Thread.ofPlatform().start(() -> relay.drain(signals));
            while (drain.isAlive() && isReady(signalled)) {
                Thread.onSpinWait(); // until the signal is taken: only then is there room
            }
            byte[] buffer = new byte[PIPE];
            while (drain.isAlive() || isReady(screen[0])) {
                if (isReady(screen[0])) {
                    seen.write(buffer, 0, screen[0].read(buffer, 0, buffer.length));
                }
            }
            drain.join();
        } finally {
            screen[0].close();
            screen[1].close();
        }
        assertArrayEquals(LAST, Arrays.copyOfRange(seen.toByteArray(), PIPE, PIPE + LAST.length));
    }

    private static boolean isReady(Fd fd) {
        return isReady(new Poll.Entry(fd, Poll.POLLIN));
    }

    private static boolean isReady(Poll.Entry entry) {
        return Poll.await(Deadline.after(Duration.ZERO), entry)[0] != 0;
    }
}
