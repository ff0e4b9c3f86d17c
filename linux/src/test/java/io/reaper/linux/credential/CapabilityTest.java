package io.reaper.linux.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Capabilities by name. */
class CapabilityTest {

    @Test
    void capabilitiesByName() {
        assertEquals(1L << 21, Capability.of("CAP_SYS_ADMIN").orElseThrow().mask());
        assertEquals(1L << 40, Capability.of("cap_checkpoint_restore").orElseThrow().mask());
        assertTrue(Capability.of("SYS_ADMIN").isEmpty());
    }
}
