package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every step there is. */
class InitStepTest {

    private static Stream<Class<?>> everyKind() {
        return Arrays.stream(InitStep.class.getPermittedSubclasses());
    }

    private static List<InitStep> samples(Class<?> kind) {
        return StepSamples.EVERY_STEP.stream().filter(kind::isInstance).toList();
    }

    private static byte[] written(InitStep step) {
        PlanOutput out = new PlanOutput();
        step.write(out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void whatIsWrittenIsReadAndEqual(Class<?> kind) {
        List<InitStep> samples = samples(kind);
        assertFalse(samples.isEmpty(), "StepSamples has no " + kind.getSimpleName());
        for (InitStep step : samples) {
            PlanInput in = new PlanInput(written(step));
            assertEquals(step, InitStep.read(in));
            assertThrows(BufferUnderflowException.class, in::octet, "nothing is left unread");
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void aCutStepIsRefused(Class<?> kind) {
        for (InitStep step : samples(kind)) {
            byte[] whole = written(step);
            for (int length = 0; length < whole.length; length++) {
                PlanInput cut = new PlanInput(Arrays.copyOf(whole, length));
                assertThrows(BufferUnderflowException.class, () -> InitStep.read(cut));
            }
        }
    }

    @Test
    void noTwoKindsWriteTheSameNumber() {
        Map<Integer, Class<?>> numbers = new HashMap<>();
        for (Class<?> kind : InitStep.class.getPermittedSubclasses()) {
            int number = new PlanInput(written(samples(kind).getFirst())).octet();
            assertNull(numbers.put(number, kind), "number " + number + " of " + kind);
        }
    }

    @Test
    void aNumberOfNoStepIsRefused() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> InitStep.read(new PlanInput(new byte[] {(byte) 200})));
        assertEquals("init step of kind 200", e.getMessage());
    }
}
