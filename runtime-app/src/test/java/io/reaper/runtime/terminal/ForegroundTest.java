package io.reaper.runtime.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.signal.Signals;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ForegroundTest {

    @Test
    void allThatAreMeantForTheProgramArePassedOn() {
        Set<Integer> forwarded = Foreground.forwarded();
        Set<String> kept = new TreeSet<>();
        for (int signal = 1; signal <= 64; signal++) {
            if (!forwarded.contains(signal)) {
                kept.add(Signals.name(signal));
            }
        }
        assertEquals(
                "[SIGABRT, SIGBUS, SIGCHLD, SIGFPE, SIGILL, SIGKILL, SIGPIPE, SIGSEGV, SIGSTOP,"
                        + " SIGSYS, SIGTRAP, SIGTTIN, SIGTTOU, SIGURG, signal 32, signal 33]",
                kept.toString());
    }
}
