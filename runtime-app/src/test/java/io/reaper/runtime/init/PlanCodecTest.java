package io.reaper.runtime.init;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.init.InitPlan.StartHooks;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanCodecTest {

    private static final Map<Resource, Limit> LIMITS =
            Map.of(Resource.RLIMIT_CORE, new Limit(0, -1), Resource.RLIMIT_NOFILE, new Limit(1, 2));

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

    static final List<InitStep> EVERY_STEP =
            List.of(
                    new InitStep.BecomeSubreaper(),
                    new InitStep.OwnStreams(-2),
                    new InitStep.TakeTerminal(-2),
                    new InitStep.JoinSessionKeyring("_ses.a"),
                    new InitStep.SetOomScore(-5),
                    new InitStep.SetScheduler(new Scheduling.Attributes(6, 1, -20, 9, 1, 2, 3)),
                    new InitStep.SetIoPriority(2, 7),
                    new InitStep.RaiseLimits(LIMITS),
                    new InitStep.ForbidNewPrivileges(),
                    new InitStep.SetUmask(022),
                    new InitStep.ChangeDirectory("/tmp/ü"),
                    new InitStep.LimitBoundingSet(1L << 40),
                    new InitStep.KeepCapabilities(),
                    new InitStep.SetGroups(List.of(1, -2)),
                    new InitStep.SetGid(-2),
                    new InitStep.SetUid(7),
                    new InitStep.SetCapabilities(new Capabilities.Sets(1, 2, 3, 4, -1)));

    @Test
    void everyStepSurvivesTheWay() {
        assertEquals(InitStep.class.getPermittedSubclasses().length, EVERY_STEP.size());
        InitPlan plan =
                new InitPlan(
                                EVERY_STEP,
                                List.of("a", ""),
                                List.of("A=ü"),
                                LIMITS,
                                InitPlan.Gate.NONE,
                                true,
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
                                        EVERY_STEP,
                                        List.of("a"),
                                        List.of("A=1"),
                                        LIMITS,
                                        InitPlan.Gate.START)
                                .withStartHooks(HOOKS));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> PlanCodec.decode(cut));
        }
    }
}
