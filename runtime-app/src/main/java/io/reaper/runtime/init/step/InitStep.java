package io.reaper.runtime.init.step;

import io.reaper.linux.seam.LinuxException;
import java.util.Optional;

/**
 * One thing the init stage does to itself before it looks for the program.
 *
 * <p>A step is read by the number that it writes first. Each keeps its number beside its fields;
 * {@link #read} is where all of them meet, so that the compiler refuses one that is taken.
 */
public sealed interface InitStep
        permits BecomeSubreaper,
                OwnStreams,
                TakeTerminal,
                JoinSessionKeyring,
                SetOomScore,
                UseAllProcessors,
                SetScheduler,
                SetIoPriority,
                RaiseLimits,
                ForbidNewPrivileges,
                SetUmask,
                ChangeDirectory,
                LimitBoundingSet,
                KeepCapabilities,
                SetGroups,
                SetGid,
                SetUid,
                SetCapabilities,
                JoinNamespaces,
                NewCgroupNamespace,
                RaiseLoopback,
                WriteSysctls,
                SetHostname,
                SetDomainname,
                SetPersonality,
                MakeWorkingDirectory,
                EnterContainer,
                RetryDirectory,
                HoldProcfs,
                AwaitHooks,
                MakeMount,
                PrepareRoot,
                EnterRoot,
                FinishRoot,
                MaskPaths,
                ProtectPaths,
                MakeDevices,
                LinkDevices,
                ReopenNullStreams,
                OpenTerminal {

    /** Writes the step's number, then what {@link #read} needs to make an equal one. */
    void write(PlanOutput out);

    /**
     * Does it to the calling thread and its process.
     *
     * @return what was not done, if that is no reason to fail
     * @throws LinuxException if it cannot be done
     */
    Optional<String> run(StepContext stage);

    /**
     * The register, in the order of the numbers: a new step takes the next one.
     *
     * @throws IllegalArgumentException if no step has the number that comes next
     */
    static InitStep read(PlanInput in) {
        int number = in.octet();
        return switch (number) {
            case BecomeSubreaper.NUMBER -> new BecomeSubreaper();
            case OwnStreams.NUMBER -> OwnStreams.read(in);
            case JoinSessionKeyring.NUMBER -> JoinSessionKeyring.read(in);
            case SetOomScore.NUMBER -> SetOomScore.read(in);
            case SetScheduler.NUMBER -> SetScheduler.read(in);
            case SetIoPriority.NUMBER -> SetIoPriority.read(in);
            case RaiseLimits.NUMBER -> RaiseLimits.read(in);
            case ForbidNewPrivileges.NUMBER -> new ForbidNewPrivileges();
            case SetUmask.NUMBER -> SetUmask.read(in);
            case ChangeDirectory.NUMBER -> ChangeDirectory.read(in);
            case LimitBoundingSet.NUMBER -> LimitBoundingSet.read(in);
            case KeepCapabilities.NUMBER -> new KeepCapabilities();
            case SetGroups.NUMBER -> SetGroups.read(in);
            case SetGid.NUMBER -> SetGid.read(in);
            case SetUid.NUMBER -> SetUid.read(in);
            case SetCapabilities.NUMBER -> SetCapabilities.read(in);
            case TakeTerminal.NUMBER -> TakeTerminal.read(in);
            case UseAllProcessors.NUMBER -> new UseAllProcessors();
            case HoldProcfs.NUMBER -> new HoldProcfs();
            case MakeMount.NUMBER -> MakeMount.read(in);
            case AwaitHooks.NUMBER -> new AwaitHooks();
            case JoinNamespaces.NUMBER -> JoinNamespaces.read(in);
            case NewCgroupNamespace.NUMBER -> new NewCgroupNamespace();
            case RaiseLoopback.NUMBER -> new RaiseLoopback();
            case WriteSysctls.NUMBER -> WriteSysctls.read(in);
            case SetHostname.NUMBER -> SetHostname.read(in);
            case SetDomainname.NUMBER -> SetDomainname.read(in);
            case SetPersonality.NUMBER -> SetPersonality.read(in);
            case MakeWorkingDirectory.NUMBER -> MakeWorkingDirectory.read(in);
            case EnterContainer.NUMBER -> EnterContainer.read(in);
            case RetryDirectory.NUMBER -> RetryDirectory.read(in);
            case PrepareRoot.NUMBER -> PrepareRoot.read(in);
            case EnterRoot.NUMBER -> EnterRoot.read(in);
            case FinishRoot.NUMBER -> FinishRoot.read(in);
            case MaskPaths.NUMBER -> MaskPaths.read(in);
            case ProtectPaths.NUMBER -> ProtectPaths.read(in);
            case MakeDevices.NUMBER -> MakeDevices.read(in);
            case LinkDevices.NUMBER -> new LinkDevices();
            case ReopenNullStreams.NUMBER -> new ReopenNullStreams();
            case OpenTerminal.NUMBER -> OpenTerminal.read(in);
            default -> throw new IllegalArgumentException("init step of kind " + number);
        };
    }
}
