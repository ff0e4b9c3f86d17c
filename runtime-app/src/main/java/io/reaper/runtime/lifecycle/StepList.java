package io.reaper.runtime.lifecycle;

import io.reaper.runtime.init.step.InitStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects steps, of which some are not wanted. */
final class StepList {

    private final List<InitStep> steps = new ArrayList<>();

    void add(InitStep step) {
        steps.add(step);
    }

    void add(Optional<? extends InitStep> step) {
        if (step.isPresent()) {
            steps.add(step.get());
        }
    }

    void addAll(List<? extends InitStep> some) {
        steps.addAll(some);
    }

    List<InitStep> inOrder() {
        return List.copyOf(steps);
    }
}
