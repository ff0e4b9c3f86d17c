package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.device.DeviceNode;
import io.reaper.runtime.device.DeviceType;
import io.reaper.runtime.mount.MountEntry;
import io.reaper.runtime.rootfs.RootPropagation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One of each kind of step, with values that show when they are cut short or change places. */
public final class StepSamples {

    public static final Map<Resource, Limit> LIMITS =
            Map.of(Resource.RLIMIT_CORE, new Limit(0, -1), Resource.RLIMIT_NOFILE, new Limit(1, 2));

    public static final List<InitStep> EVERY_STEP =
            List.of(
                    new BecomeSubreaper(),
                    new OwnStreams(-2),
                    new TakeTerminal(-2),
                    new JoinSessionKeyring("_ses.a"),
                    new SetOomScore(-5),
                    new UseAllProcessors(),
                    new SetScheduler(new Scheduling.Attributes(6, 1, -20, 9, 1, 2, 3)),
                    new SetIoPriority(2, 7),
                    new RaiseLimits(LIMITS),
                    new ForbidNewPrivileges(),
                    new SetUmask(022),
                    new ChangeDirectory("/tmp/ü", true),
                    new LimitBoundingSet(1L << 40),
                    new KeepCapabilities(),
                    new SetGroups(List.of(1, -2)),
                    new SetGid(-2),
                    new SetUid(7),
                    new JoinNamespaces(List.of(NamespaceType.UTS, NamespaceType.MOUNT), 7),
                    new NewCgroupNamespace(),
                    new RaiseLoopback(),
                    new WriteSysctls(
                            List.of(
                                    new WriteSysctls.Entry("net.a", "net/a", "1 2"),
                                    new WriteSysctls.Entry("net.b", "net/b", ""))),
                    new SetHostname("höst"),
                    new SetDomainname("domain"),
                    new SetPersonality(8),
                    new MakeWorkingDirectory("/w"),
                    new EnterContainer(0x20000, 9, true),
                    new RetryDirectory("/w"),
                    new MakeMount(new MountEntry(3, "/ü", "tmpfs", "s", List.of("ro", "size=1"))),
                    new SetCapabilities(new Capabilities.Sets(1, 2, 3, 4, -1)),
                    new HoldProcfs(),
                    new AwaitHooks(),
                    new PrepareRoot("/a/ü", true, Optional.of(RootPropagation.RSHARED)),
                    new PrepareRoot("/a", false, Optional.empty()),
                    new EnterRoot(EnterRoot.Way.MOVE, "/a/ü"),
                    new FinishRoot(Optional.of(RootPropagation.SLAVE), true),
                    new FinishRoot(Optional.empty(), false),
                    new MaskPaths(List.of("/a", "ü")),
                    new ProtectPaths(List.of("/b", "ü")),
                    new MakeDevices(
                            List.of(
                                    new DeviceNode(
                                            7, "/dev/ü", DeviceType.BLOCK, 1, 2, 03, -4, -5))),
                    new LinkDevices(),
                    new ReopenNullStreams(),
                    new OpenTerminal(true, new WindowSize(65535, 1)));

    private StepSamples() {}
}
