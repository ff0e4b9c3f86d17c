package io.reaper.linux.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Signals by number and by name. */
class SignalsTest {

    @Test
    void signalsByNumberAndByName() {
        for (String term : List.of("15", "TERM", "SIGTERM", "term", "SigTerm")) {
            assertEquals(15, Signals.parse(term), term);
        }
        assertEquals(34, Signals.parse("RTMIN"));
        assertEquals(37, Signals.parse("SIGRTMIN+3"));
        assertEquals(63, Signals.parse("RTMAX-1"));
        assertEquals(6, Signals.parse("iot"));
        for (String wrong :
                List.of(
                        "",
                        "SIG",
                        "TERMX",
                        "65",
                        "-1",
                        "1e3",
                        "RTMIN+99",
                        "RTMIN3",
                        "RTMAX+1",
                        "9999999999",
                        "١")) {
            assertThrows(IllegalArgumentException.class, () -> Signals.parse(wrong), wrong);
        }
        for (int signal = 1; signal <= 31; signal++) {
            assertEquals(signal, Signals.parse(Signals.name(signal)));
        }
        assertTrue(Signals.terminatesByDefault(15));
        assertTrue(Signals.terminatesByDefault(40));
        assertFalse(Signals.terminatesByDefault(Signals.parse("WINCH")));
        assertFalse(Signals.terminatesByDefault(0));
    }
}
