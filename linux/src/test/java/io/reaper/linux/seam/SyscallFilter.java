package io.reaper.linux.seam;

import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * An old kernel, made from a new one: a thread for which a system call fails ({@code seccomp(2)});
 * its children inherit that.
 */
public final class SyscallFilter {

    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_SECCOMP = 22;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int SECCOMP_RET_ERRNO = 0x00050000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    private static final int LOAD_NUMBER = 0x20;
    private static final int SKIP_UNLESS_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int INSTRUCTION = 8;
    private static final int LENGTH = 4;

    private SyscallFilter() {}

    public static <T> T refusing(String call, Errno errno, Callable<T> action) throws Exception {
        FutureTask<T> task =
                new FutureTask<>(
                        () -> {
                            refuse(number(call), errno);
                            return action.call();
                        });
        Thread thread = new Thread(task, "filtered");
        thread.start();
        thread.join();
        return task.get();
    }

    private static int number(String call) {
        return switch (call) {
            case "clone3" -> 435;
            case "close_range" -> 436;
            default ->
                    SyscallNumber.valueOf(call.toUpperCase(Locale.ROOT)).on(Architecture.CURRENT);
        };
    }

    private static void refuse(int number, Errno errno) {
        try (Memory program = Memory.of(LENGTH * INSTRUCTION);
                Memory header = Memory.of(16)) {
            instruction(program, 0, LOAD_NUMBER, 0, 0);
            instruction(program, 1, SKIP_UNLESS_EQUAL, 1, number);
            instruction(program, 2, RETURN, 0, SECCOMP_RET_ERRNO | errno.number());
            instruction(program, 3, RETURN, 0, SECCOMP_RET_ALLOW);
            header.bytes().putShort(0, (short) LENGTH).putLong(8, program.address());
            Syscalls syscalls = Syscalls.get();
            LinuxException.check(
                    syscalls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "no_new_privs");
            LinuxException.check(
                    syscalls.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header.address(), 0, 0),
                    "prctl",
                    "seccomp");
        }
    }

    /** {@code struct sock_filter}. */
    private static void instruction(Memory program, int index, int code, int jumpFalse, int k) {
        int at = index * INSTRUCTION;
        program.bytes().putShort(at, (short) code).put(at + 3, (byte) jumpFalse).putInt(at + 4, k);
    }
}
