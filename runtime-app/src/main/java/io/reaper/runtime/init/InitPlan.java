package io.reaper.runtime.init;

import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.init.step.InitStep;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All the init stage has to do, in its order.
 *
 * @param args of the program; the first names it
 * @param env the program's whole environment
 * @param limits set as the last thing before the program
 * @param gate what the program waits for when all else is done
 * @param placeholder the program is not looked up: it is the runtime's own ({@link
 *     io.reaper.linux.process.Program#placeholder})
 * @param inherited what it takes over of the caller
 * @param startHooks run when start lets it go on, before the program
 */
public record InitPlan(
        List<InitStep> steps,
        List<String> args,
        List<String> env,
        Map<Resource, Limit> limits,
        Gate gate,
        boolean placeholder,
        Inherited inherited,
        Optional<StartHooks> startHooks) {

    /** When the program runs. */
    public enum Gate {
        /** When {@code start} opens exec.fifo; that also takes the reason if it cannot run. */
        START,
        /** At once; the channel ends when it runs, or takes the reason why it does not. */
        NONE
    }

    /**
     * Open files of the caller's, behind the standard streams.
     *
     * @param gaps numbers among them that the program finds closed
     * @param sockets whether they begin with those of {@code LISTEN_FDS}: {@code LISTEN_PID} tells
     *     the program then that they are its own ({@code sd_listen_fds(3)})
     */
    public record Inherited(List<Integer> gaps, boolean sockets) {

        public static final Inherited NONE = new Inherited(List.of(), false);
    }

    /**
     * The hooks of a start.
     *
     * @param state the JSON for them, without the pid, which only init knows
     */
    public record StartHooks(List<Hook> hooks, String state) {}

    /** Of a program that is looked up, without hooks. */
    public InitPlan(
            List<InitStep> steps,
            List<String> args,
            List<String> env,
            Map<Resource, Limit> limits,
            Gate gate) {
        this(steps, args, env, limits, gate, false, Inherited.NONE, Optional.empty());
    }

    public InitPlan withStartHooks(Optional<StartHooks> hooks) {
        return new InitPlan(steps, args, env, limits, gate, placeholder, inherited, hooks);
    }
}
