package io.reaper.runtime.cli.ps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProcessTableTest {

    private static final String PRINTED =
            """
            UID          PID    PPID CMD
            root           1       0 init
            root          12       1 sh -c "12 ü"
            root         123      12 12
            root          34      12 34
            """;

    private static String picked(byte[] printed, Set<Integer> pids, int part) {
        ProcessTable table = new ProcessTable(pids);
        for (int at = 0; at < printed.length; at += part) {
            byte[] next = Arrays.copyOfRange(printed, at, Math.min(printed.length, at + part));
            table.take(next, next.length);
        }
        return new String(table.picked(), StandardCharsets.UTF_8);
    }

    @Property(tries = 100)
    void rowsAreToldByThePidWhereverThePartsEnd(@ForAll @IntRange(min = 1, max = 200) int part) {
        assertEquals(
                """
                UID          PID    PPID CMD
                root          12       1 sh -c "12 ü"
                root          34      12 34
                """,
                picked(PRINTED.getBytes(StandardCharsets.UTF_8), Set.of(12, 34, 99), part));
    }

    @Test
    void noneOfItsProcessesIsAHeaderAlone() {
        assertEquals(
                " PID\n", picked(" PID\n   1\n".getBytes(StandardCharsets.UTF_8), Set.of(), 99));
        assertEquals("", picked(new byte[0], Set.of(1), 99));
        assertEquals("PID\n1\n", picked("PID\n1".getBytes(StandardCharsets.UTF_8), Set.of(1), 99));
    }

    @Test
    void aTableWithoutPidsIsRefused() {
        byte[] commands = "COMMAND\nsh\n".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "ps: its output has no column PID: ask for one (-o pid,…)",
                assertThrows(PsException.class, () -> picked(commands, Set.of(1), 99))
                        .getMessage());
        byte[] blanks = "COMMAND PID\nsh -c 7\n".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "ps: no PID in the line \"sh -c 7\": ask for the PID first (-o pid,…)",
                assertThrows(PsException.class, () -> picked(blanks, Set.of(7), 99)).getMessage());
    }
}
