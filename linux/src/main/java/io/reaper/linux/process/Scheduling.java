package io.reaper.linux.process;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;

/** Scheduling policy, processors and I/O priority of the calling thread. */
public final class Scheduling {

    private static final int SCHED_ATTR_SIZE = 56;

    /** As many bits as the largest kernel has processors (CONFIG_NR_CPUS). */
    private static final int MASK_BYTES = 8192 / Byte.SIZE;

    private static final int IOPRIO_WHO_PROCESS = 1;
    private static final int IOPRIO_CLASS_SHIFT = 13;

    private final Syscalls syscalls;

    public Scheduling(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /**
     * {@code struct sched_attr} of {@code sched_setattr(2)}.
     *
     * @param policy SCHED_OTHER 0, FIFO 1, RR 2, BATCH 3, ISO 4, IDLE 5, DEADLINE 6
     * @param flags SCHED_FLAG_…
     * @param nice −20 to 19
     * @param priority 1–99 for FIFO and RR, else 0
     * @param runtime of DEADLINE, ns, as are deadline and period
     */
    public record Attributes(
            int policy,
            long flags,
            int nice,
            int priority,
            long runtime,
            long deadline,
            long period) {}

    public void set(Attributes attributes) {
        try (Memory attr = Memory.of(SCHED_ATTR_SIZE)) {
            attr.bytes()
                    .putInt(0, SCHED_ATTR_SIZE)
                    .putInt(4, attributes.policy())
                    .putLong(8, attributes.flags())
                    .putInt(16, attributes.nice())
                    .putInt(20, attributes.priority())
                    .putLong(24, attributes.runtime())
                    .putLong(32, attributes.deadline())
                    .putLong(40, attributes.period());
            LinuxException.check(syscalls.schedSetattr(0, attr), "sched_setattr", attributes);
        }
    }

    /**
     * Every processor that the cpuset holds ({@code sched_setaffinity(2)}): the kernel cuts a mask
     * of all to these.
     */
    public void useAllProcessors() {
        try (Memory mask = Memory.of(MASK_BYTES)) {
            for (int at = 0; at < MASK_BYTES; at += Long.BYTES) {
                mask.bytes().putLong(at, -1);
            }
            LinuxException.check(
                    syscalls.schedSetaffinity(0, MASK_BYTES, mask), "sched_setaffinity", "");
        }
    }

    /**
     * Sets the I/O priority.
     *
     * @param ioClass none 0, real time 1, best effort 2, idle 3 ({@code ioprio_set(2)})
     * @param level 0 (first) to 7
     */
    public void setIoPriority(int ioClass, int level) {
        LinuxException.check(
                syscalls.ioprioSet(IOPRIO_WHO_PROCESS, 0, ioClass << IOPRIO_CLASS_SHIFT | level),
                "ioprio_set",
                "class " + ioClass + " level " + level);
    }
}
