package io.reaper.linux.credential;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;

/**
 * User and groups of the calling thread ({@code credentials(7)}). Groups first: without the rights
 * of root they can no longer be changed.
 */
public final class Credentials {

    private final Syscalls syscalls;

    public Credentials(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /** Replaces all supplementary groups. */
    public void setGroups(int... groups) {
        LinuxException.check(syscalls.setgroups(groups), "setgroups", groups.length + " groups");
    }

    /** Real, effective and saved group, for a caller with CAP_SETGID. */
    public void setGid(int gid) {
        LinuxException.check(syscalls.setgid(gid), "setgid", Integer.toUnsignedString(gid));
    }

    /** Real, effective and saved user, for a caller with CAP_SETUID. */
    public void setUid(int uid) {
        LinuxException.check(syscalls.setuid(uid), "setuid", Integer.toUnsignedString(uid));
    }

    /** Permission bits that new files do not get; the former ones. */
    public int umask(int mask) {
        return (int)
                LinuxException.check(syscalls.umask(mask), "umask", Integer.toOctalString(mask));
    }
}
