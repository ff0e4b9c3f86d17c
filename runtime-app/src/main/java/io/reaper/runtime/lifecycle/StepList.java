package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.step.InitStep;
import io.reaper.runtime.init.step.JoinSessionKeyring;
import io.reaper.runtime.init.step.KeepCapabilities;
import io.reaper.runtime.init.step.LimitBoundingSet;
import io.reaper.runtime.init.step.RaiseLimits;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.init.step.SetGid;
import io.reaper.runtime.init.step.SetGroups;
import io.reaper.runtime.init.step.SetIoPriority;
import io.reaper.runtime.init.step.SetOomScore;
import io.reaper.runtime.init.step.SetScheduler;
import io.reaper.runtime.init.step.SetUid;
import io.reaper.runtime.init.step.UseAllProcessors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects steps, of which some are not wanted, and knows the sequences that all plans share. */
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

    /** What every process gets while it has all rights. */
    void addLimits(ContainerId id, boolean newKeyring, Spec.ContainerProcess process) {
        add(JoinSessionKeyring.of(id, newKeyring));
        add(SetOomScore.of(process));
        add(new UseAllProcessors());
        add(SetScheduler.of(process));
        add(SetIoPriority.of(process));
        add(RaiseLimits.of(process));
    }

    /** Whose it becomes; what it may then is set last ({@link SetCapabilities}). */
    void addUser(Spec.ContainerProcess process) {
        add(LimitBoundingSet.of(process));
        add(new KeepCapabilities());
        add(SetGroups.of(process));
        add(SetGid.of(process));
        add(SetUid.of(process));
    }

    List<InitStep> inOrder() {
        return List.copyOf(steps);
    }
}
