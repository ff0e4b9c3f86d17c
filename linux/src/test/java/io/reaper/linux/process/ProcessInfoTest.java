package io.reaper.linux.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What {@code proc_pid_stat(5)} tells. */
class ProcessInfoTest {

    @Test
    void processNamesMayHoldParentheses() {
        String stat =
                "42 (a) b (c)) S 1 42 43 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 100 200";
        assertEquals(new ProcessInfo(42, 'S', 1, 43, 1, 987654), ProcessInfo.parse(42, stat));
    }

    @Test
    void aFirstThreadThatHasEndedIsNoEnd() {
        String stat = " (x) Z 1 42 43 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 %d 0 987654 100 200";
        assertFalse(ProcessInfo.parse(42, 42 + stat.formatted(2)).isZombie());
        assertTrue(ProcessInfo.parse(42, 42 + stat.formatted(1)).isZombie());
        assertTrue(ProcessInfo.parse(42, 42 + stat.formatted(0)).isZombie());
    }
}
