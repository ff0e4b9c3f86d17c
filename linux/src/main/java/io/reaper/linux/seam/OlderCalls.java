package io.reaper.linux.seam;

import java.nio.ByteBuffer;

/**
 * What does the same for us where a younger call is kept away: in a container whose engine's
 * seccomp filter does not know it. Such filters answer EPERM (Docker before 20.10) or ENOSYS; the
 * call's own EPERM is the older one's, too.
 */
final class OlderCalls {

    private static final int STAT_SIZE = 144; // struct stat of x86-64; aarch64's is shorter

    private OlderCalls() {}

    /** Whether a result may be a filter's. */
    static boolean mayStandFor(long result) {
        return result == -Errno.EPERM.number() || result == -Errno.ENOSYS.number();
    }

    /** {@code newfstatat(2)}; fills in what {@code statx(2)} calls basic, without the times. */
    static long stat(int dirfd, Memory path, int flags, Memory statx) {
        try (Memory stat = Memory.of(STAT_SIZE)) {
            long result =
                    LinuxDescriptorSyscalls.block(
                            SyscallNumber.NEWFSTATAT,
                            dirfd,
                            path.address(),
                            stat.address(),
                            flags,
                            0);
            if (result == 0) {
                convert(stat.bytes(), statx.bytes(), Architecture.CURRENT);
            }
            return result;
        }
    }

    private static void convert(ByteBuffer stat, ByteBuffer statx, Architecture architecture) {
        int mode =
                switch (architecture) {
                    case X86_64 -> 24;
                    case AARCH64 -> 16;
                };
        int owner =
                switch (architecture) {
                    case X86_64 -> 28;
                    case AARCH64 -> 24;
                };
        int special =
                switch (architecture) {
                    case X86_64 -> 40;
                    case AARCH64 -> 32;
                };
        long device = stat.getLong(0);
        long rdev = stat.getLong(special);
        statx.putInt(20, stat.getInt(owner))
                .putInt(24, stat.getInt(owner + Integer.BYTES))
                .putShort(28, (short) stat.getInt(mode))
                .putLong(32, stat.getLong(8))
                .putLong(40, stat.getLong(48))
                .putInt(128, major(rdev))
                .putInt(132, minor(rdev))
                .putInt(136, major(device))
                .putInt(140, minor(device));
    }

    /** As {@code makedev(3)} has joined them. */
    private static int major(long device) {
        return (int) (((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL));
    }

    private static int minor(long device) {
        return (int) ((device & 0xff) | ((device >>> 12) & ~0xffL));
    }

    /** By the real user and group, which are the effective ones of every process of ours. */
    static long access(int dirfd, Memory path, int mode) {
        return LinuxDescriptorSyscalls.block(
                SyscallNumber.FACCESSAT, dirfd, path.address(), mode, 0, 0);
    }

    static long rename(Memory from, Memory to) {
        return LinuxDescriptorSyscalls.block(
                SyscallNumber.RENAMEAT,
                Syscalls.AT_FDCWD,
                from.address(),
                Syscalls.AT_FDCWD,
                to.address(),
                0);
    }

    /** Of this process. The addresses are those of {@code struct rlimit}, or 0. */
    static long limit(int resource, long wanted, long old) {
        long result =
                old == 0
                        ? 0
                        : LinuxDescriptorSyscalls.call(
                                SyscallNumber.GETRLIMIT, resource, old, 0, 0, 0);
        return result < 0 || wanted == 0
                ? result
                : LinuxDescriptorSyscalls.call(SyscallNumber.SETRLIMIT, resource, wanted, 0, 0, 0);
    }
}
