package io.reaper.runtime.init;

import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.init.InitPlan.StartHooks;
import io.reaper.runtime.init.step.InitStep;
import io.reaper.runtime.init.step.PlanInput;
import io.reaper.runtime.init.step.PlanOutput;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A plan as bytes, for the way from {@code create} to its init stage; both are the same build. */
public final class PlanCodec {

    /**
     * Bytes of an encoded plan. The kernel takes at most 6 MiB of arguments and variables ({@code
     * execve(2)}), so that a larger plan could not be carried out.
     */
    public static final int LIMIT = 8 * 1024 * 1024;

    private PlanCodec() {}

    public static byte[] encode(InitPlan plan) {
        PlanOutput out = new PlanOutput();
        out.int32(plan.steps().size());
        for (InitStep step : plan.steps()) {
            step.write(out);
        }
        out.texts(plan.args());
        out.texts(plan.env());
        out.limits(plan.limits());
        out.text(plan.gate().name());
        out.flag(plan.placeholder());
        out.int32s(plan.inherited().gaps());
        out.flag(plan.inherited().sockets());
        out.flag(plan.startHooks().isPresent());
        if (plan.startHooks().isPresent()) {
            write(plan.startHooks().get(), out);
        }
        return out.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if it is no plan
     */
    static InitPlan decode(byte[] plan) {
        try {
            PlanInput in = new PlanInput(plan);
            return new InitPlan(
                    readSteps(in),
                    in.texts(),
                    in.texts(),
                    in.limits(),
                    InitPlan.Gate.valueOf(in.text()),
                    in.flag(),
                    new InitPlan.Inherited(in.int32s(), in.flag()),
                    in.flag() ? Optional.of(readHooks(in)) : Optional.empty());
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("init plan of " + plan.length + " bytes", e);
        }
    }

    private static List<InitStep> readSteps(PlanInput in) {
        List<InitStep> steps = new ArrayList<>();
        for (int count = in.count(); count > 0; count--) {
            steps.add(InitStep.read(in));
        }
        return steps;
    }

    private static void write(StartHooks start, PlanOutput out) {
        out.text(start.state());
        out.int32(start.hooks().size());
        for (Hook hook : start.hooks()) {
            out.text(hook.path());
            out.texts(hook.args());
            out.texts(hook.env());
            out.int32(hook.timeout().orElse(0));
        }
    }

    private static StartHooks readHooks(PlanInput in) {
        String state = in.text();
        List<Hook> hooks = new ArrayList<>();
        for (int count = in.count(); count > 0; count--) {
            hooks.add(new Hook(in.text(), in.texts(), in.texts(), timeout(in.int32())));
        }
        return new StartHooks(hooks, state);
    }

    private static OptionalInt timeout(int seconds) {
        return seconds == 0 ? OptionalInt.empty() : OptionalInt.of(seconds);
    }
}
