package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.step.BecomeSubreaper;
import io.reaper.runtime.init.step.ChangeDirectory;
import io.reaper.runtime.init.step.ForbidNewPrivileges;
import io.reaper.runtime.init.step.OwnStreams;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.init.step.SetUmask;
import io.reaper.runtime.init.step.TakeTerminal;
import java.util.List;
import java.util.Optional;

/** Turns a configuration into the steps of the init stage; pure. */
final class InitPlanner {

    private static final List<String> PLACEHOLDER = List.of("reaper-pause");

    private final Spec.ContainerProcess process;
    private final boolean placeholder;

    /** Of a process that is run beside a container's first one. */
    InitPlanner(Spec.ContainerProcess process) {
        this(process, false);
    }

    /**
     * Of a container's first process: the program of a pod's sandbox lies in an image, which host
     * mode does not enter, so that a placeholder takes its place.
     */
    InitPlanner(Spec spec) {
        this(spec.process(), spec.isSandbox());
    }

    private InitPlanner(Spec.ContainerProcess process, boolean placeholder) {
        this.process = process;
        this.placeholder = placeholder;
    }

    /**
     * The order matters: rights are needed for most steps and lost by the last ones.
     *
     * @param newKeyring whether the process gets the container's session keyring, not the caller's
     */
    InitPlan plan(
            ContainerId id, boolean newKeyring, InitPlan.Gate gate, Surroundings surroundings) {
        StepList steps = new StepList();
        steps.add(new BecomeSubreaper());
        steps.add(TakeTerminal.of(process));
        steps.add(OwnStreams.of(process));
        steps.addLimits(id, newKeyring, process);
        steps.add(ForbidNewPrivileges.of(process));
        steps.add(SetUmask.of(process));
        steps.add(ChangeDirectory.of(process, placeholder));
        steps.addUser(process);
        steps.add(SetCapabilities.of(process));
        return new InitPlan(
                steps.inOrder(),
                placeholder ? PLACEHOLDER : process.args(),
                placeholder ? List.of() : surroundings.environment(process),
                process.rlimits(),
                gate,
                placeholder,
                placeholder ? InitPlan.Inherited.NONE : surroundings.inherited(),
                Optional.empty());
    }
}
