package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.credential.Capabilities;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SetCapabilitiesTest {

    @Test
    void capabilitiesAreSetBeforeTheAmbientOnes() {
        TestStage stage = new TestStage();
        Optional<String> warning =
                stage.run(new SetCapabilities(new Capabilities.Sets(3, 3, 1, 3, 3)));
        assertEquals(
                Optional.of(
                        "ambient capabilities left out, they are not inheritable:"
                                + " CAP_DAC_OVERRIDE"),
                warning);
        List<String> calls = stage.calls();
        int capset = calls.indexOf("capset(memory, memory)");
        int raise = calls.indexOf("prctl(47, 2, 0, 0, 0)");
        assertTrue(capset >= 0 && raise > capset, calls.toString());
    }
}
