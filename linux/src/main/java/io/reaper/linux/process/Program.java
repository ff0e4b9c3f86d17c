package io.reaper.linux.process;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.Kernels;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import java.util.List;
import java.util.Optional;

/** What this process turns into: everything is in memory before the last limits are set. */
public final class Program implements AutoCloseable {

    private static final String PLACEHOLDER = "reaper-pause";
    private static final int NO_FILE = -1;

    private final Optional<Fd> file;
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
        this(Optional.empty(), path, argv, env);
    }

    private Program(Optional<Fd> file, String path, List<String> argv, List<String> env) {
        this.file = file;
        this.path = path;
        this.cPath = Memory.string(path);
        this.argv = Memory.strings(argv);
        this.env = Memory.strings(env);
    }

    /**
     * A tiny program of our own, not the machine's: it uses no processor time, reaps what it
     * adopts, ends with status 0 at SIGTERM or SIGINT, and no other signal but SIGKILL ends it.
     *
     * @throws LinuxException if the kernel refuses an executable file in memory
     */
    public static Program placeholder(List<String> argv, List<String> env) {
        long result = Kernels.CURRENT.placeholder();
        if (result == -Errno.EACCES.number()) {
            throw new LinuxException(
                    "memfd_create of " + PLACEHOLDER,
                    "(sysctl vm.memfd_noexec forbids executable files in memory when it is 2, not"
                            + " when it is 1)",
                    Errno.EACCES);
        }
        Fd file = Fd.opened(result, "memfd_create of", PLACEHOLDER);
        return new Program(Optional.of(file), PLACEHOLDER, argv, env);
    }

    /** Descriptors from {@code first} on do not reach the next program. */
    public static void closeOnExecFrom(int first) {
        LinuxException.check(
                Kernels.CURRENT.closeOnExecFrom(first), "close on exec from descriptor", first);
    }

    /**
     * The soft limits that were raised for ourselves (open files, stack, data, address space) are
     * lowered: programs start as the caller wants.
     */
    public static void restoreLimits() {
        LinuxException.check(
                Kernels.CURRENT.restoreLimits(), "setrlimit", "to the caller's limits");
    }

    /**
     * {@code execve(2)} from the calling thread, whose credentials the program gets; all signals at
     * their defaults, none blocked.
     *
     * @return why it failed; on success it does not return
     */
    public LinuxException exec() {
        long result =
                Kernels.CURRENT.exec(
                        file.map(Fd::number).orElse(NO_FILE),
                        cPath.address(),
                        argv.address(),
                        env.address());
        String call = file.isPresent() ? "execveat" : "exec";
        return new LinuxException(call, path, new Errno(Math.toIntExact(-result)));
    }

    @Override
    public void close() {
        file.ifPresent(Fd::close);
        cPath.close();
        argv.close();
        env.close();
    }
}
