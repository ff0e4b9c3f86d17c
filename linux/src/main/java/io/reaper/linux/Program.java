package io.reaper.linux;

import java.util.List;

/** What this process turns into: everything is in memory before the last limits are set. */
public final class Program implements AutoCloseable {

    private final String path;
    private final Memory cPath;
    private final Memory argv;
    private final Memory env;

    /**
     * Prepares an {@code execve(2)}.
     *
     * @param path of the file; not looked up in PATH
     * @param argv with argv[0]
     * @param env {@code NAME=value}, the whole environment
     */
    public Program(String path, List<String> argv, List<String> env) {
        this.path = path;
        this.cPath = Memory.string(path);
        this.argv = Memory.strings(argv);
        this.env = Memory.strings(env);
    }

    /** Descriptors from {@code first} on do not reach the next program. */
    public static void closeOnExecFrom(int first) {
        LinuxException.check(
                Kernels.CURRENT.closeOnExecFrom(first), "close on exec from descriptor", first);
    }

    /**
     * What the virtual machine raised for itself is lowered: programs start as the caller wants.
     */
    public static void restoreLimits() {
        LinuxException.check(Kernels.CURRENT.restoreLimits(), "setrlimit", "RLIMIT_NOFILE");
    }

    /**
     * {@code execve(2)} from the calling thread, whose credentials the program gets; all signals at
     * their defaults, none blocked.
     *
     * @return why it failed; on success it does not return
     */
    public LinuxException exec() {
        long result = Kernels.CURRENT.exec(cPath.address(), argv.address(), env.address());
        return new LinuxException("exec", path, new Errno(Math.toIntExact(-result)));
    }

    @Override
    public void close() {
        cPath.close();
        argv.close();
        env.close();
    }
}
