package io.reaper.runtime.init;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.init.InitPlan.StartHooks;
import io.reaper.runtime.init.step.InitStep;
import io.reaper.runtime.init.step.StepSamples;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanCodecTest {

    private static final Optional<StartHooks> HOOKS =
            Optional.of(
                    new StartHooks(
                            List.of(
                                    new Hook("/a", List.of(), List.of(), OptionalInt.empty()),
                                    new Hook(
                                            "/b",
                                            List.of("b", ""),
                                            List.of("A=ü"),
                                            OptionalInt.of(7))),
                            "{\"id\":\"ü\"}"));

    @Test
    void everyStepSurvivesTheWay() {
        assertEquals(
                Set.of(InitStep.class.getPermittedSubclasses()),
                StepSamples.EVERY_STEP.stream()
                        .map(InitStep::getClass)
                        .collect(Collectors.toSet()));
        InitPlan plan =
                new InitPlan(
                                StepSamples.EVERY_STEP,
                                List.of("a", ""),
                                List.of("A=ü"),
                                StepSamples.LIMITS,
                                InitPlan.Gate.NONE,
                                true,
                                new InitPlan.Inherited(List.of(4, 6), true),
                                Optional.empty())
                        .withStartHooks(HOOKS);
        assertEquals(plan, PlanCodec.decode(PlanCodec.encode(plan)));
    }

    @Test
    void twoThousandVariablesSurviveTheWay() {
        List<String> env =
                IntStream.range(0, 2000).mapToObj(i -> "V" + i + "=" + "x".repeat(1024)).toList();
        InitPlan plan = new InitPlan(List.of(), List.of("a"), env, Map.of(), InitPlan.Gate.START);
        assertEquals(plan, PlanCodec.decode(PlanCodec.encode(plan)));
    }

    @Test
    void aCutPlanIsRefused() {
        byte[] whole =
                PlanCodec.encode(
                        new InitPlan(
                                        StepSamples.EVERY_STEP,
                                        List.of("a"),
                                        List.of("A=1"),
                                        StepSamples.LIMITS,
                                        InitPlan.Gate.START)
                                .withStartHooks(HOOKS));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> PlanCodec.decode(cut));
        }
    }
}
