package io.reaper.linux;

/** What a process says about itself: {@code prctl(2)}, working directory, keyring. */
public final class ProcessControl {

    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_SET_NO_NEW_PRIVS = 38;

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

    /** No {@code execve(2)} of this thread gains privileges any more. */
    public void setNoNewPrivileges() {
        LinuxException.check(
                syscalls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS");
    }

    public void changeDirectory(String path) {
        LinuxException.check(syscalls.chdir(path), "chdir", path);
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
