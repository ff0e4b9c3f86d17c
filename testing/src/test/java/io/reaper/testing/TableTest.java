package io.reaper.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void rowsOfCells() {
        Table table = new Table("what", "ms").row("a|b", "1.0");
        assertEquals("| what | ms |\n| --- | --- |\n| a\\|b | 1.0 |", table.toString());
        assertThrows(IllegalArgumentException.class, () -> table.row("one"));
    }

    @Test
    void asManyDigitsAsMeanSomething() {
        assertEquals("0.04", Table.number(0.0412));
        assertEquals("3.14", Table.number(3.14159));
        assertEquals("31.4", Table.number(31.4159));
        assertEquals("314", Table.number(314.159));
        assertEquals("0", Table.number(0));
        assertEquals("2.00 (1.00)", Table.summary(Samples.of(1, 2, 3)));
    }

    @Test
    void oursToThePeers() {
        assertEquals("0.50", Table.ratio(1, 2));
        assertEquals("–", Table.ratio(1, 0));
    }
}
