package io.reaper.linux;

import java.util.List;

/** Turns this process into another program. */
public final class Program {

    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int LAST_FD = -1;

    private Program() {}

    /** Descriptors from {@code first} on do not reach the next program. */
    public static void closeOnExecFrom(int first) {
        LinuxException.check(
                Syscalls.get().closeRange(first, LAST_FD, CLOSE_RANGE_CLOEXEC),
                "close_range",
                first);
    }

    /**
     * {@code execve(2)} from the calling thread, whose credentials the program gets; all signals at
     * their defaults, none blocked.
     *
     * @return why it failed; on success it does not return
     */
    public static LinuxException exec(String path, List<String> argv, List<String> env) {
        try (Memory p = Memory.string(path);
                Memory a = Memory.strings(argv);
                Memory e = Memory.strings(env)) {
            long result = Kernels.CURRENT.exec(p.address(), a.address(), e.address());
            return new LinuxException("exec", path, new Errno(Math.toIntExact(-result)));
        }
    }
}
