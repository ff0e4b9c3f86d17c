package io.reaper.runtime.lifecycle;

import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.bundle.Bundle;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.step.AwaitHooks;
import io.reaper.runtime.init.step.BecomeSubreaper;
import io.reaper.runtime.init.step.ChangeDirectory;
import io.reaper.runtime.init.step.EnterRoot;
import io.reaper.runtime.init.step.FinishRoot;
import io.reaper.runtime.init.step.ForbidNewPrivileges;
import io.reaper.runtime.init.step.HoldProcfs;
import io.reaper.runtime.init.step.JoinNamespaces;
import io.reaper.runtime.init.step.LinkDevices;
import io.reaper.runtime.init.step.MakeDevices;
import io.reaper.runtime.init.step.MakeMount;
import io.reaper.runtime.init.step.MakeWorkingDirectory;
import io.reaper.runtime.init.step.MaskPaths;
import io.reaper.runtime.init.step.NewCgroupNamespace;
import io.reaper.runtime.init.step.OpenTerminal;
import io.reaper.runtime.init.step.OwnStreams;
import io.reaper.runtime.init.step.PrepareRoot;
import io.reaper.runtime.init.step.ProtectPaths;
import io.reaper.runtime.init.step.RaiseLoopback;
import io.reaper.runtime.init.step.ReopenNullStreams;
import io.reaper.runtime.init.step.RetryDirectory;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.init.step.SetDomainname;
import io.reaper.runtime.init.step.SetHostname;
import io.reaper.runtime.init.step.SetPersonality;
import io.reaper.runtime.init.step.SetUmask;
import io.reaper.runtime.init.step.TakeTerminal;
import io.reaper.runtime.init.step.WriteSysctls;
import io.reaper.runtime.mount.MountList;
import io.reaper.runtime.namespace.Namespaces;
import java.util.Optional;

/** Turns a configuration into the steps of the init stage in mode {@code oci}; pure. */
final class IsolationPlanner {

    /** Among the stage's descriptors: exec.fifo and the hold are the first two. */
    private static final int BEHIND_GATE = 2;

    private final Spec.ContainerProcess process;
    private final IsolationSpec isolation;
    private final Namespaces namespaces;
    private final MountList mountList;
    private final String rootfs;

    /** Plans a container's first process. */
    IsolationPlanner(Bundle bundle, Namespaces namespaces, MountList mounts) {
        this.process = bundle.spec().process();
        this.isolation = bundle.spec().isolation().orElseThrow();
        this.mountList = mounts;
        this.rootfs = bundle.rootfs();
        this.namespaces = namespaces;
    }

    /**
     * The order matters: what is the node's is read before the container's mounts, those are made
     * before its root is entered, and rights are lost by the last steps.
     *
     * @param hooks whether the stage stops for hooks when the mounts are made
     * @param window the size of the terminal's
     */
    InitPlan plan(
            CreateRequest request,
            boolean hooks,
            Optional<WindowSize> window,
            Surroundings surroundings) {
        StepList steps = new StepList();
        steps.add(new HoldProcfs());
        steps.add(SetUmask.NONE); // the caller's would cut what is made
        steps.add(JoinNamespaces.of(namespaces, BEHIND_GATE));
        steps.add(NewCgroupNamespace.of(namespaces));
        steps.add(RaiseLoopback.of(namespaces));
        if (!namespaces.isOwn(NamespaceType.PID)) {
            steps.add(new BecomeSubreaper()); // elsewhere orphans are its pid 1's
        }
        steps.addLimits(request.id(), request.newKeyring(), process);
        steps.add(WriteSysctls.of(isolation));
        steps.add(SetHostname.of(isolation));
        steps.add(SetDomainname.of(isolation));
        boolean mounts = namespaces.isOwn(NamespaceType.MOUNT);
        boolean pivot = !request.noPivot();
        steps.add(PrepareRoot.of(isolation, rootfs, mounts, pivot));
        steps.addAll(MakeMount.of(mountList));
        if (mounts) {
            steps.add(MakeDevices.of(isolation));
            steps.add(LinkDevices.of(isolation));
            steps.add(MakeWorkingDirectory.of(process));
            steps.add(MaskPaths.of(isolation));
            steps.add(ProtectPaths.of(isolation));
        }
        steps.add(hooks ? Optional.of(new AwaitHooks()) : Optional.empty());
        steps.add(EnterRoot.of(rootfs, mounts, pivot));
        if (mounts) {
            steps.add(OpenTerminal.of(process, window, true)); // makes a file: not read-only yet
            steps.add(FinishRoot.of(isolation));
        }
        steps.add(new ReopenNullStreams());
        steps.add(TakeTerminal.of(process));
        steps.add(OwnStreams.of(process));
        steps.add(ForbidNewPrivileges.of(process));
        steps.add(SetPersonality.of(isolation));
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
                InitPlan.Gate.START,
                false,
                surroundings.inherited(),
                Optional.empty());
    }
}
