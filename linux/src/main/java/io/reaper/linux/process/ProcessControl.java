package io.reaper.linux.process;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.Terminal;

/** What a process says about itself: {@code prctl(2)}, working directory, keyring. */
public final class ProcessControl {

    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PATH_MAX = 4096;
    private static final int SIGACTION_SIZE = 32;
    private static final long SIG_IGN = 1;

    private final Syscalls syscalls;

    public ProcessControl(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /** Orphans below this process become its children; survives {@code execve(2)}. */
    public void becomeSubreaper() {
        LinuxException.check(
                syscalls.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0),
                "prctl",
                "PR_SET_CHILD_SUBREAPER");
    }

    /**
     * Who shares a pid namespace with it, without rights outside, can neither trace it nor look at
     * its descriptors; until {@code execve(2)}.
     */
    public void hide() {
        LinuxException.check(
                syscalls.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl", "PR_SET_DUMPABLE");
    }

    /** No {@code execve(2)} of this thread gains privileges any more. */
    public void setNoNewPrivileges() {
        LinuxException.check(
                syscalls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS");
    }

    /**
     * The process ignores a signal from now on ({@code sigaction(2)}, SIG_IGN); {@link Spawner} and
     * {@link Program} do not pass that on.
     */
    public void ignore(int signal) {
        try (Memory action = Memory.of(SIGACTION_SIZE)) { // handler, flags, restorer, mask
            action.bytes().putLong(0, SIG_IGN);
            LinuxException.check(
                    syscalls.rtSigaction(signal, action), "ignore", Signals.name(signal));
        }
    }

    /** A terminal becomes that of the session, which this process leads and which has none yet. */
    public void takeTerminal(int fd) {
        LinuxException.check(
                syscalls.ioctl(fd, Terminal.TIOCSCTTY, 0),
                "make the controlling terminal of",
                "fd " + fd);
    }

    public void changeDirectory(String path) {
        LinuxException.check(syscalls.chdir(path), "chdir", path);
    }

    /**
     * Whether the working directory lies below the root of the mount namespace. The raw call says
     * {@code (unreachable)/…} where it does not ({@code getcwd(2)}).
     */
    public boolean isDirectoryBelowRoot() {
        try (Memory path = Memory.of(PATH_MAX)) {
            long length = LinuxException.check(syscalls.getcwd(path, PATH_MAX), "getcwd", "");
            return length > 0 && path.bytes().get(0) == '/';
        }
    }

    /**
     * A session keyring of its own ({@code keyctl(2)}).
     *
     * @throws LinuxException ENOSYS without keyrings, EDQUOT or EACCES when the quota or a filter
     *     refuses
     */
    public void joinSessionKeyring(String name) {
        LinuxException.check(syscalls.keyctlJoinSessionKeyring(name), "join session keyring", name);
    }
}
