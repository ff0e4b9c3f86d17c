package io.reaper.linux.credential;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.util.Optional;

/** The capability sets of the calling thread ({@code capabilities(7)}). */
public final class Capabilities {

    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_READ = 23;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int VERSION_3 = 0x20080522;
    private static final int BITS = 64;

    private final Syscalls syscalls;

    public Capabilities(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /** Bit n of each set is capability n. */
    public record Sets(
            long bounding, long effective, long inheritable, long permitted, long ambient) {

        public static final Sets NONE = new Sets(0, 0, 0, 0, 0);
    }

    /**
     * Takes every capability out of the bounding set that {@code keep} does not hold.
     *
     * @return the names of those that stay, since this process may not take any out: it lacks
     *     CAP_SETPCAP
     */
    public Optional<String> limitBounding(long keep) {
        long stay = 0;
        for (int bit = 0; bit < BITS; bit++) {
            long present = syscalls.prctl(PR_CAPBSET_READ, bit, 0, 0, 0);
            if (present < 0) {
                break; // the kernel's last one is behind us
            }
            if (present == 1 && (keep & 1L << bit) == 0) {
                long result = syscalls.prctl(PR_CAPBSET_DROP, bit, 0, 0, 0);
                if (result == -Errno.EPERM.number()) {
                    stay |= 1L << bit;
                } else {
                    LinuxException.check(result, "drop from bounding set", name(bit));
                }
            }
        }
        return named(stay);
    }

    /** Whether permitted capabilities survive the change of user from root. */
    public void keepOnSetUid(boolean keep) {
        LinuxException.check(
                syscalls.prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0), "prctl", "PR_SET_KEEPCAPS");
    }

    /** Effective, permitted and inheritable sets of this thread. */
    private Sets held() {
        try (Memory header = header();
                Memory data = Memory.of(24)) {
            LinuxException.check(syscalls.capget(header, data), "capget", "");
            return new Sets(bounding(), join(data, 0), join(data, 8), join(data, 4), 0);
        }
    }

    private long bounding() {
        long set = 0;
        for (int bit = 0; bit < BITS; bit++) {
            if (syscalls.prctl(PR_CAPBSET_READ, bit, 0, 0, 0) == 1) {
                set |= 1L << bit;
            }
        }
        return set;
    }

    /**
     * What was asked for and cannot be had.
     *
     * @param unheld names of those that this process does not hold, or may not pass on
     * @param ambient names of the ambient ones that are not permitted and inheritable
     */
    public record Missing(Optional<String> unheld, Optional<String> ambient) {}

    /**
     * Effective, permitted and inheritable sets, then the ambient one. What this thread does not
     * hold is left out, as the specification wishes (runtime-spec 1.2, config.md, "Linux Process"),
     * and of the ambient ones what is not both permitted and inheritable: the kernel refuses that
     * ({@code capabilities(7)}), and runc leaves it out, too; its own default bundle asks for such
     * ones.
     */
    public Missing set(Sets wanted) {
        Sets sets = wanted;
        long result = capset(sets);
        if (result == -Errno.EPERM.number()) {
            sets = within(held(), wanted);
            result = capset(sets);
        }
        LinuxException.check(result, "capset", "");
        LinuxException.check(
                syscalls.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0),
                "prctl",
                "PR_CAP_AMBIENT_CLEAR_ALL");
        long possible = sets.permitted() & sets.inheritable();
        for (int bit = 0; bit < BITS; bit++) {
            if ((sets.ambient() & possible & 1L << bit) != 0) {
                LinuxException.check(
                        syscalls.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0),
                        "raise ambient capability",
                        name(bit));
            }
        }
        long unheld =
                (wanted.effective() & ~sets.effective())
                        | (wanted.permitted() & ~sets.permitted())
                        | (wanted.inheritable() & ~sets.inheritable());
        return new Missing(named(unheld), named(wanted.ambient() & ~possible & ~unheld));
    }

    private long capset(Sets sets) {
        try (Memory header = header();
                Memory data = Memory.of(24)) {
            split(data, 0, sets.effective());
            split(data, 4, sets.permitted());
            split(data, 8, sets.inheritable());
            return syscalls.capset(header, data);
        }
    }

    /** The part that {@code capset(2)} takes from a thread which has no CAP_SETPCAP. */
    private static Sets within(Sets held, Sets wanted) {
        long permitted = wanted.permitted() & held.permitted();
        long inheritable =
                wanted.inheritable() & (held.inheritable() | (held.permitted() & held.bounding()));
        return new Sets(
                wanted.bounding(),
                wanted.effective() & permitted,
                inheritable,
                permitted,
                wanted.ambient());
    }

    private static Memory header() {
        Memory header = Memory.of(8);
        header.bytes().putInt(0, VERSION_3);
        return header;
    }

    /** The kernel keeps the upper 32 bits of each set 12 bytes after the lower ones. */
    private static void split(Memory data, int offset, long set) {
        data.bytes().putInt(offset, (int) set).putInt(offset + 12, (int) (set >>> 32));
    }

    private static long join(Memory data, int offset) {
        return Integer.toUnsignedLong(data.bytes().getInt(offset))
                | (long) data.bytes().getInt(offset + 12) << 32;
    }

    /** Made for each bit that is dropped, whether or not it is shown: no stream here. */
    private static String name(int bit) {
        Capability[] known = Capability.values();
        return bit < known.length ? known[bit].name() : "capability " + bit;
    }

    private static Optional<String> named(long set) {
        if (set == 0) {
            return Optional.empty();
        }
        StringBuilder names = new StringBuilder();
        for (int bit = 0; bit < BITS; bit++) {
            if ((set & 1L << bit) != 0) {
                names.append(names.isEmpty() ? "" : " ").append(name(bit));
            }
        }
        return Optional.of(names.toString());
    }
}
