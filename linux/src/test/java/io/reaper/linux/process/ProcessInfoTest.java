package io.reaper.linux.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What {@code proc_pid_stat(5)} tells. */
class ProcessInfoTest {

    @Test
    void processNamesMayHoldParentheses() {
        String stat =
                "42 (a) b (c)) S 1 42 43 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 100 200";
        assertEquals(new ProcessInfo(42, 'S', 1, 43, 987654), ProcessInfo.parse(42, stat));
    }
}
