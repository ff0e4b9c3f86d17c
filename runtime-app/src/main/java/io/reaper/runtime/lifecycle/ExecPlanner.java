package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.step.BecomeSubreaper;
import io.reaper.runtime.init.step.ChangeDirectory;
import io.reaper.runtime.init.step.EnterContainer;
import io.reaper.runtime.init.step.ForbidNewPrivileges;
import io.reaper.runtime.init.step.HoldProcfs;
import io.reaper.runtime.init.step.OpenTerminal;
import io.reaper.runtime.init.step.OwnStreams;
import io.reaper.runtime.init.step.ReopenNullStreams;
import io.reaper.runtime.init.step.RetryDirectory;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.init.step.SetUmask;
import io.reaper.runtime.init.step.TakeTerminal;
import io.reaper.runtime.namespace.InitNamespaces;
import java.util.Optional;

/** The steps of a process that is run beside a container's init in mode {@code oci}; pure. */
final class ExecPlanner {

    private final Spec.ContainerProcess process;
    private final InitNamespaces namespaces;

    /**
     * @param namespaces those of init
     */
    ExecPlanner(Spec.ContainerProcess process, InitNamespaces namespaces) {
        this.process = process;
        this.namespaces = namespaces;
    }

    /**
     * As {@link IsolationPlanner}'s order, but that what is there already is entered.
     *
     * @param init the pid of the container's init
     * @param window the size of the terminal's
     */
    InitPlan plan(
            ContainerId id, int init, Optional<WindowSize> window, Surroundings surroundings) {
        StepList steps = new StepList();
        steps.add(new HoldProcfs());
        steps.add(EnterContainer.of(namespaces, init));
        if (!namespaces.isOwn(NamespaceType.PID)) {
            steps.add(new BecomeSubreaper()); // elsewhere orphans are its pid 1's
        }
        steps.addLimits(id, true, process);
        if (namespaces.isOwn(NamespaceType.MOUNT)) {
            steps.add(OpenTerminal.of(process, window, false));
        }
        steps.add(new ReopenNullStreams());
        steps.add(TakeTerminal.of(process));
        steps.add(OwnStreams.of(process));
        steps.add(ForbidNewPrivileges.of(process));
        steps.add(SetUmask.of(process));
        steps.add(ChangeDirectory.inContainer(process));
        steps.addUser(process);
        steps.add(RetryDirectory.of(process));
        steps.add(SetCapabilities.of(process));
        return new InitPlan(
                steps.inOrder(),
                process.args(),
                surroundings.environmentWithoutHome(process),
                process.rlimits(),
                InitPlan.Gate.NONE,
                false,
                surroundings.inherited(),
                Optional.empty());
    }
}
