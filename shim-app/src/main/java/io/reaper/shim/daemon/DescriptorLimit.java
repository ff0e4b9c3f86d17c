package io.reaper.shim.daemon;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.process.Rlimits;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.seam.Syscalls;
import io.reaper.shim.error.ShimException;

/** A daemon without room for descriptors would not fail, but leave its callers without answer. */
final class DescriptorLimit {

    /** A daemon has about 16 of its own, a container with a terminal and a logger ten. */
    private static final long NEEDED = 64;

    private DescriptorLimit() {}

    /**
     * @throws ShimException if {@code RLIMIT_NOFILE} (getrlimit(2)) leaves too few
     */
    static void check() {
        Limit limit = new Rlimits(Syscalls.get()).get(Resource.RLIMIT_NOFILE);
        if (Long.compareUnsigned(limit.soft(), NEEDED) < 0) {
            throw new ShimException(
                    ErrorCode.E_DAEMON_FAILED,
                    ShimException.Kind.FAILED,
                    "the limit of open files is "
                            + limit.soft()
                            + ": at least "
                            + NEEDED
                            + " are needed (ulimit -n, LimitNOFILE of containerd's unit)");
        }
    }
}
