package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.terminal.Devpts;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.bundle.Spec;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The standard streams become a new terminal of the container's devpts, whose other side goes to
 * the parent. After the root is entered: only so is it one that the container has a name for.
 *
 * <p>The multiplexer is opened once, looked at, and opened anew by its descriptor, and the terminal
 * through it: no name in the container is believed (CVE-2025-52565).
 *
 * @param console whether it is the container's /dev/console, too
 * @param size of its window; 0 by 0 is not known
 */
public record OpenTerminal(boolean console, WindowSize size) implements InitStep {

    static final int NUMBER = 70;

    /** Not /dev/ptmx, which an image may have made. */
    private static final String MULTIPLEXER = "/dev/pts/ptmx";

    private static final String CONSOLE = "/dev/console";
    private static final int DIRECTORY_MODE = 0755;
    private static final int CONSOLE_TYPE_AND_MODE = 0x8000 | 0666; // an empty regular file
    private static final int STANDARD_STREAMS = 3;
    private static final WindowSize UNKNOWN = new WindowSize(0, 0);

    /**
     * Wanted with {@code process.terminal}, in a mount namespace of the container's own.
     *
     * @param console of the container's first process
     */
    public static Optional<OpenTerminal> of(
            Spec.ContainerProcess process, Optional<WindowSize> size, boolean console) {
        return process.terminal()
                ? Optional.of(new OpenTerminal(console, size.orElse(UNKNOWN)))
                : Optional.empty();
    }

    static OpenTerminal read(PlanInput in) {
        return new OpenTerminal(in.flag(), new WindowSize(in.int32(), in.int32()));
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.flag(console);
        out.int32(size.columns());
        out.int32(size.rows());
    }

    @Override
    public Optional<String> run(StepContext stage) {
        try (RootDirectory root =
                        new RootDirectory(
                                Fd.open(Path.of("/"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY));
                Pty pty = Pty.of(multiplexer(stage, root))) {
            if (!size.equals(UNKNOWN)) {
                Terminal.resize(pty.master(), size);
            }
            if (console) {
                bind(stage.syscalls(), pty.slave(), root);
            }
            stage.parent().takeTerminal(pty.master());
            for (int stream = 0; stream < STANDARD_STREAMS; stream++) {
                pty.slave().duplicateTo(stream);
            }
        }
        return Optional.empty();
    }

    private static Fd multiplexer(StepContext stage, RootDirectory root) {
        try (Fd named = root.open(MULTIPLEXER, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW)) {
            Devpts.checkMultiplexer(named);
            return stage.files().reopen(named, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        }
    }

    private static void bind(Syscalls syscalls, Fd terminal, RootDirectory root) {
        try (MountTree tree = MountTree.copyOf(syscalls, terminal, false);
                Fd place = place(syscalls, root)) {
            tree.attachTo(place);
        } catch (LinuxException e) {
            throw new LinuxException("mount the terminal on", CONSOLE, e.errno());
        }
    }

    /** Of whatever type, as long as it is that very file and not one that a link leads to. */
    private static Fd place(Syscalls syscalls, RootDirectory root) {
        try (RootDirectory.Parent parent = root.parent(CONSOLE, DIRECTORY_MODE)) {
            int directory = parent.directory().number();
            long made = syscalls.mknodat(directory, parent.name(), CONSOLE_TYPE_AND_MODE, 0);
            if (made != -Errno.EEXIST.number()) {
                LinuxException.check(made, "make", CONSOLE);
            }
            int flags = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
            Fd place =
                    Fd.opened(syscalls.openat(directory, parent.name(), flags, 0), "open", CONSOLE);
            FileStat stat = place.stat();
            if (stat.isLink() || stat.isDirectory()) {
                place.close();
                throw new LinuxException(
                        "use", CONSOLE, stat.isLink() ? Errno.ELOOP : Errno.EISDIR);
            }
            return place;
        }
    }
}
