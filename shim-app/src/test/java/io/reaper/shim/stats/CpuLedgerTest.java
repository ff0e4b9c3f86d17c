package io.reaper.shim.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CpuLedgerTest {

    private final CpuLedger ledger = new CpuLedger();

    private long tell(long user, long system) {
        CpuTime told =
                ledger.add(Optional.of(new CpuTime(user + system, user, system, Optional.empty())))
                        .orElseThrow();
        assertEquals(told.total(), told.user() + told.system());
        return told.total();
    }

    @Test
    void whatGrowsIsTold() {
        assertEquals(Optional.empty(), ledger.add(Optional.empty()));
        assertEquals(12, tell(10, 2));
        assertEquals(25, tell(20, 5));
        assertEquals(25, ledger.add(Optional.empty()).orElseThrow().total());
        assertEquals(26, tell(21, 5));
    }

    /** A process of 15 ends, and nobody adds its time to another's; the others go on. */
    @Test
    void itNeverDecreases() {
        assertEquals(20, tell(18, 2));
        assertEquals(20, tell(4, 1));
        assertEquals(27, tell(10, 2));
        assertEquals(27, tell(0, 0));
        assertEquals(28, tell(1, 0));
    }
}
