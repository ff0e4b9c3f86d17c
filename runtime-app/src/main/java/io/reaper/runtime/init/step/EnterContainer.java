package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.namespace.NamespaceControl;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.namespace.InitNamespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Enters what a container's init is in, but for its pid namespace, in which the stage was born.
 * Before that it hides from those who live there.
 *
 * @param flags what init has of its own ({@link NamespaceType#flag}); may be 0
 * @param init its pid
 * @param chroot whether init has another root directory in a mount namespace that is shared
 */
public record EnterContainer(int flags, int init, boolean chroot) implements InitStep {

    static final int NUMBER = 28;

    /** What exec has handed over: init's pidfd, and with {@link #chroot} its root directory. */
    private static final int PIDFD = 0;

    private static final int ROOT = 1;

    /** One by one: without the mount namespace, which is the last. */
    private static final List<NamespaceType> ORDER =
            List.of(
                    NamespaceType.IPC,
                    NamespaceType.UTS,
                    NamespaceType.NETWORK,
                    NamespaceType.CGROUP,
                    NamespaceType.MOUNT);

    /** For a process beside that init. */
    public static EnterContainer of(InitNamespaces namespaces, int init) {
        return new EnterContainer(namespaces.flags(), init, namespaces.root().isPresent());
    }

    static EnterContainer read(PlanInput in) {
        return new EnterContainer(in.int32(), in.int32(), in.flag());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(flags);
        out.int32(init);
        out.flag(chroot);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        new ProcessControl(stage.syscalls()).hide();
        try (Fd pidfd = stage.files().given(PIDFD)) {
            if (flags != 0) {
                join(pidfd, stage);
            }
        }
        if (chroot) {
            try (Fd root = stage.files().given(ROOT)) {
                enter(root, stage.syscalls());
            }
        }
        return Optional.empty();
    }

    private void join(Fd pidfd, StepContext stage) {
        NamespaceControl control = new NamespaceControl(stage.syscalls());
        try {
            control.enter(pidfd, flags);
        } catch (LinuxException e) {
            if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOSYS)) {
                throw e;
            }
            // where setns(2) takes no pidfd
            joinByFiles(control, pidfd, stage);
        }
    }

    private void joinByFiles(NamespaceControl control, Fd pidfd, StepContext stage) {
        List<NamespaceType> types = new ArrayList<>();
        List<Fd> files = new ArrayList<>();
        try {
            for (NamespaceType type : ORDER) {
                if ((flags & type.flag()) != 0) {
                    types.add(type);
                    files.add(file(type, stage));
                }
            }
            // as long as the signal would reach it, the pid was still init's
            LinuxException.check(
                    stage.syscalls().pidfdSendSignal(pidfd.number(), 0), "signal process", init);
            for (int i = 0; i < files.size(); i++) {
                control.enter(files.get(i), types.get(i));
            }
        } finally {
            files.forEach(Fd::close);
        }
    }

    private Fd file(NamespaceType type, StepContext stage) {
        String path = init + "/ns/" + type.file();
        return Fd.opened(
                stage.syscalls()
                        .openat(
                                stage.files().procfs().number(),
                                path,
                                OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC,
                                0),
                "open",
                "/proc/" + path);
    }

    private static void enter(Fd root, Syscalls syscalls) {
        LinuxException.check(syscalls.fchdir(root.number()), "enter", "the container's root");
        LinuxException.check(syscalls.chroot("."), "chroot to", "the container's root");
    }
}
