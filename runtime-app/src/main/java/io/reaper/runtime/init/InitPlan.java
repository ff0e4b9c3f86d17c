package io.reaper.runtime.init;

import io.reaper.linux.Rlimits.Limit;
import io.reaper.linux.Rlimits.Resource;
import io.reaper.runtime.hooks.Hook;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All the init stage has to do, in its order.
 *
 * @param args of the program; the first names it
 * @param env the program's whole environment
 * @param limits set as the last thing before the program
 * @param startHooks run when start lets it go on, before the program
 */
public record InitPlan(
        List<InitStep> steps,
        List<String> args,
        List<String> env,
        Map<Resource, Limit> limits,
        Optional<StartHooks> startHooks) {

    /**
     * The hooks of a start.
     *
     * @param state the JSON for them, without the pid, which only init knows
     */
    public record StartHooks(List<Hook> hooks, String state) {}

    /** Without hooks. */
    public InitPlan(
            List<InitStep> steps,
            List<String> args,
            List<String> env,
            Map<Resource, Limit> limits) {
        this(steps, args, env, limits, Optional.empty());
    }

    public InitPlan withStartHooks(Optional<StartHooks> hooks) {
        return new InitPlan(steps, args, env, limits, hooks);
    }
}
