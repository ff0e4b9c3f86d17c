package io.reaper.linux.seam;

import static io.reaper.linux.seam.SeamChecks.ENV;
import static io.reaper.linux.seam.SeamChecks.OUTPUT_LIMIT;
import static io.reaper.linux.seam.SeamChecks.content;
import static io.reaper.linux.seam.SeamChecks.number;
import static io.reaper.linux.seam.SeamChecks.output;
import static io.reaper.linux.seam.SeamChecks.self;
import static io.reaper.linux.seam.SeamChecks.shell;
import static io.reaper.linux.seam.SeamChecks.status;
import static io.reaper.linux.seam.SeamChecks.word;

import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.Program;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.SeamChecks.Check;
import io.reaper.linux.signal.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** spawn, exec, and the end of processes. */
final class ProcessSeamChecks {

    private static final String EXEC = "exec";
    private static final String EXEC_FAILS = "exec-fails";
    private static final String PLACEHOLDER = "placeholder";
    private static final long CLONE_THREAD = 0x10000; // never without CLONE_SIGHAND
    private static final String STATUS = "/proc/self/status";
    private static final String NO_SIGNALS = "blocked 0, ignored 0, caught 0";

    private ProcessSeamChecks() {}

    static List<Check> list() {
        return List.of(
                new Check(
                        "spawn passes arguments and environment",
                        "ä|b c||PATH=/usr/bin:/bin",
                        () -> arguments()),
                new Check(
                        "spawn passes the listed descriptors",
                        "BA",
                        () -> listed("cat <&3; cat <&4")),
                new Check(
                        "and no others",
                        "0 1 2 3 4 5",
                        () -> listed("exec ls /proc/self/fd")), // ls reads 5
                new Check("nor before Linux 5.11", "0 1 2 3 4 5", () -> before(Errno.EINVAL)),
                new Check("nor before Linux 5.9", "0 1 2 3 4 5", () -> before(Errno.ENOSYS)),
                new Check("descriptors may swap their numbers", "o e", () -> swapped()),
                new Check(
                        "spawn into a directory and a session",
                        "/usr leads",
                        () -> directoryAndSession()),
                new Check(
                        "spawn lets no signal be blocked or ignored",
                        NO_SIGNALS,
                        () -> signals(List.of("/bin/cat", STATUS))),
                new Check(
                        "spawn, nothing there",
                        refused("/no/such", Errno.ENOENT),
                        () -> spawn(of("/no/such"))),
                new Check("spawn, a directory", refused("/", Errno.EACCES), () -> spawn(of("/"))),
                new Check(
                        "spawn, no such directory",
                        refused("/bin/true", Errno.ENOENT),
                        () -> spawn(of("/bin/true").inDirectory(Path.of("/no/such")))),
                new Check(
                        "spawn, no such descriptor",
                        refused("/bin/true", Errno.EBADF),
                        () ->
                                spawn(
                                        SpawnRequest.of(
                                                List.of("/bin/true"), ENV, List.of(Fd.of(9999))))),
                new Check(
                        "spawn, impossible clone flags",
                        refused("/bin/true", Errno.EINVAL),
                        () ->
                                spawn(
                                        new SpawnRequest(
                                                "/bin/true",
                                                List.of("true"),
                                                ENV,
                                                List.of(),
                                                Optional.empty(),
                                                false,
                                                CLONE_THREAD))),
                new Check("a failed spawn leaves no child", "no child processes", () -> noChild()),
                new Check(
                        "exit code",
                        "ExitStatus[code=7, signal=0]",
                        () -> status(shell("exit 7")).toString()),
                new Check(
                        "deadly signal",
                        "ExitStatus[code=0, signal=15]",
                        () -> status(shell("kill -TERM $$")).toString()),
                new Check(
                        "a process ends once",
                        "empty 137, no child processes, no such process",
                        () -> killed()),
                new Check("exec resets all signals", NO_SIGNALS, () -> signals(self(EXEC))),
                new Check(
                        "exec, nothing there; a directory",
                        "no such file or directory, permission denied",
                        () -> output(self(EXEC_FAILS))),
                new Check(
                        "the placeholder runs from memory",
                        "/memfd:reaper-pause (deleted), killed by SIGKILL",
                        () -> placeholder()));
    }

    /** What {@link SeamChecks#self} does, in a process of its own: it ends by exec. */
    static void child(String mode) {
        ignoreAndBlock();
        if (mode.equals(EXEC_FAILS)) {
            String said = exec("/no/such", "x") + ", " + exec("/", "x");
            throw new IllegalStateException(exec("/bin/echo", "echo", said));
        }
        if (mode.equals(PLACEHOLDER)) {
            Program.closeOnExecFrom(0); // which tells the parent
            try (Program program = Program.placeholder(List.of("reaper-pause"), ENV)) {
                throw program.exec();
            }
        }
        throw new IllegalStateException(exec("/bin/cat", "cat", STATUS));
    }

    /** Of the program: each set as a number. */
    private static String signals(List<String> argv) {
        String status = output(argv);
        return "blocked %d, ignored %d, caught %d"
                .formatted(set(status, "SigBlk"), set(status, "SigIgn"), set(status, "SigCgt"));
    }

    private static long set(String status, String name) {
        int at = status.indexOf(name) + name.length() + 2; // a colon, a tab, 16 digits
        return Long.parseUnsignedLong(status, at, at + 16, 16);
    }

    private static String exec(String path, String... argv) {
        try (Program program = new Program(path, List.of(argv), ENV)) {
            return program.exec().errno().text();
        }
    }

    /**
     * SIGHUP, SIGUSR2 and two that glibc keeps for itself ignored; SIGTERM and SIGRTMAX blocked.
     */
    private static void ignoreAndBlock() {
        int set = 2;
        try (Memory ignore = Memory.of(32);
                Memory mask = Memory.of(8)) {
            ignore.bytes().putLong(0, 1);
            for (int signal : new int[] {1, 12, 32, 33}) {
                Kernels.CURRENT.call(number(13, 134), signal, ignore.address(), 0, 8, 0, 0);
            }
            mask.bytes().putLong(0, 1L << 14 | 1L << 63);
            Kernels.CURRENT.call(number(14, 135), set, mask.address(), 0, 8, 0, 0);
        }
    }

    private static String refused(String path, Errno errno) {
        return "start " + path + ": " + errno.text();
    }

    private static SpawnRequest of(String path) {
        return SpawnRequest.of(List.of(path), ENV, List.of());
    }

    private static String spawn(SpawnRequest request) {
        try {
            return status(request).toString();
        } catch (LinuxException e) {
            return e.getMessage();
        }
    }

    private static String placeholder() throws IOException {
        Fd[] pipe = Fd.pipe(0);
        SpawnRequest request =
                SpawnRequest.of(self(PLACEHOLDER), ENV, List.of(pipe[0], pipe[1], pipe[1]));
        Child child;
        try (Fd ours = pipe[0]) {
            try (Fd _ = pipe[1]) {
                child = Spawner.spawn(request);
            }
            ours.readAll(OUTPUT_LIMIT);
        }
        String file = Files.readSymbolicLink(Path.of("/proc/" + child.pid() + "/exe")).toString();
        try (Pidfd pidfd = child.pidfd()) {
            pidfd.signal(Signals.SIGKILL);
            return file + ", killed by " + Signals.name(pidfd.await().signal());
        }
    }

    private static String arguments() {
        String script = "printf '%s|' \"$@\"; tr '\\0' '\\n' </proc/self/environ";
        return output(List.of("/bin/sh", "-c", script, "sh", "ä", "b c", ""));
    }

    private static String listed(String script) {
        try (Fd a = Fd.memory("a");
                Fd b = Fd.memory("b")) {
            a.write(new byte[] {'A'});
            b.write(new byte[] {'B'});
            a.seek(0);
            b.seek(0);
            return output(List.of("/bin/sh", "-c", script), b, a);
        }
    }

    private static String before(Errno errno) throws Exception {
        try (Fd leaking = Fd.memory("leaking")) {
            Syscalls.get().fcntl(leaking.number(), 2, 0); // F_SETFD: not close-on-exec
            return SyscallFilter.refusing(
                    "close_range", errno, () -> listed("exec ls /proc/self/fd"));
        }
    }

    /** Our own 0, 1 and 2 trade places with others. */
    private static String swapped() {
        try (Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR);
                Fd out = Fd.memory("out");
                Fd err = Fd.memory("err")) {
            status(shell("echo o; echo e >&2", none, out, err, Fd.of(0), Fd.of(1), Fd.of(2)));
            return content(out) + " " + content(err);
        }
    }

    private static String directoryAndSession() {
        String script =
                "pwd; set -- $(cat /proc/$$/stat); [ $6 = $$ ] && echo leads || echo \"$@\"";
        try (Fd output = Fd.memory("output")) {
            status(
                    shell(script, output, output, output)
                            .inDirectory(Path.of("/usr"))
                            .inNewSession());
            return content(output);
        }
    }

    private static String noChild() {
        int anyChild = 0;
        int exitedWithoutWaiting = 5;
        spawn(of("/no/such"));
        try (Memory info = Memory.of(128)) {
            return word(Syscalls.get().waitid(anyChild, 0, info, exitedWithoutWaiting));
        }
    }

    private static String killed() {
        SpawnRequest request = SpawnRequest.of(List.of("/bin/sleep", "60"), ENV, List.of());
        try (Pidfd pidfd = Spawner.spawn(request).pidfd()) {
            String running = pidfd.reap().isEmpty() ? "empty " : "ended ";
            pidfd.signal(Signals.SIGKILL);
            String status = running + pidfd.await().shellStatus();
            String again = "taken twice";
            try {
                pidfd.reap();
            } catch (LinuxException e) {
                again = e.errno().text();
            }
            long signal = Syscalls.get().pidfdSendSignal(pidfd.fd().number(), Signals.SIGTERM);
            return status + ", " + again + ", " + word(signal);
        }
    }
}
