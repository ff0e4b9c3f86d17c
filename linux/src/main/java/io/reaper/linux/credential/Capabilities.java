package io.reaper.linux.credential;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** Takes every capability out of the bounding set that {@code keep} does not hold. */
    public void limitBounding(long keep) {
        for (int bit = 0; bit < BITS; bit++) {
            long present = syscalls.prctl(PR_CAPBSET_READ, bit, 0, 0, 0);
            if (present < 0) {
                return; // the kernel's last one is behind us
            }
            if (present == 1 && (keep & 1L << bit) == 0) {
                LinuxException.check(
                        syscalls.prctl(PR_CAPBSET_DROP, bit, 0, 0, 0),
                        "drop from bounding set",
                        name(bit));
            }
        }
    }

    /** Whether permitted capabilities survive the change of user from root. */
    public void keepOnSetUid(boolean keep) {
        LinuxException.check(
                syscalls.prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0), "prctl", "PR_SET_KEEPCAPS");
    }

    /** What this thread may use at the most. */
    public long permitted() {
        try (Memory header = header();
                Memory data = Memory.of(24)) {
            LinuxException.check(syscalls.capget(header, data), "capget", "");
            return join(data, 4);
        }
    }

    /**
     * Effective, permitted and inheritable sets, then the ambient one. Of that only what is both
     * permitted and inheritable: the kernel refuses the rest ({@code capabilities(7)}), and runc
     * leaves it out, too; its own default bundle asks for such ones.
     *
     * @return the names of the ambient ones that are left out
     */
    public Optional<String> set(Sets sets) {
        try (Memory header = header();
                Memory data = Memory.of(24)) {
            split(data, 0, sets.effective());
            split(data, 4, sets.permitted());
            split(data, 8, sets.inheritable());
            long missing = sets.permitted() & ~permitted();
            LinuxException.check(
                    syscalls.capset(header, data),
                    "capset",
                    missing == 0 ? "" : "(not held by this process: " + names(missing) + ")");
        }
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
        long refused = sets.ambient() & ~possible;
        return refused == 0 ? Optional.empty() : Optional.of(names(refused));
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

    private static String names(long set) {
        return Stream.of(Capability.values())
                .filter(c -> (set & c.mask()) != 0)
                .map(Capability::name)
                .collect(Collectors.joining(" "));
    }
}
