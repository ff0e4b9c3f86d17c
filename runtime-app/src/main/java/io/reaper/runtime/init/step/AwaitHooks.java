package io.reaper.runtime.init.step;

import java.util.Optional;

/**
 * The container's mounts are made, its root is not entered: prestart and createRuntime hooks run
 * now, outside (runtime-spec 1.3, config.md, "Hooks").
 */
public record AwaitHooks() implements InitStep {

    static final int NUMBER = 81;

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        stage.parent().awaitHooks();
        return Optional.empty();
    }
}
