package io.reaper.linux.process;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;

/** Resource limits of this process ({@code getrlimit(2)}). */
@SuppressWarnings("EnumOrdinal") // a resource's ordinal is its number
public final class Rlimits {

    /** Numbers of {@code asm-generic/resource.h}; ordinal and number are one. */
    public enum Resource {
        RLIMIT_CPU,
        RLIMIT_FSIZE,
        RLIMIT_DATA,
        RLIMIT_STACK,
        RLIMIT_CORE,
        RLIMIT_RSS,
        RLIMIT_NPROC,
        RLIMIT_NOFILE,
        RLIMIT_MEMLOCK,
        RLIMIT_AS,
        RLIMIT_LOCKS,
        RLIMIT_SIGPENDING,
        RLIMIT_MSGQUEUE,
        RLIMIT_NICE,
        RLIMIT_RTPRIO,
        RLIMIT_RTTIME
    }

    /**
     * A pair of limits.
     *
     * @param soft unsigned; −1 is RLIM_INFINITY
     * @param hard likewise
     */
    public record Limit(long soft, long hard) {}

    private final Syscalls syscalls;

    public Rlimits(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    public Limit get(Resource resource) {
        try (Memory old = Memory.of(16)) {
            LinuxException.check(
                    syscalls.prlimit64(0, resource.ordinal(), null, old), "getrlimit", resource);
            return new Limit(old.bytes().getLong(0), old.bytes().getLong(8));
        }
    }

    /**
     * Sets both limits.
     *
     * @throws LinuxException EPERM if the hard limit rises without CAP_SYS_RESOURCE, EINVAL if soft
     *     exceeds hard
     */
    public void set(Resource resource, Limit limit) {
        try (Memory wanted = Memory.of(16)) {
            wanted.bytes().putLong(0, limit.soft()).putLong(8, limit.hard());
            LinuxException.check(
                    syscalls.prlimit64(0, resource.ordinal(), wanted, null),
                    "setrlimit",
                    resource
                            + " soft "
                            + Long.toUnsignedString(limit.soft())
                            + " hard "
                            + Long.toUnsignedString(limit.hard()));
        }
    }
}
