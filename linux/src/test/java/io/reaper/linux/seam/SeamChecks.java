package io.reaper.linux.seam;

import io.reaper.linux.file.Fd;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What both sides of the border to the kernel must do alike: {@link FfmKernel} on the JVM, {@link
 * ImageKernel} in an executable. Each check has a name and a result in words that is the same on
 * every machine and in every run; {@code SeamTest} compares them on the JVM, {@code NativeSeamTest}
 * compares what the executable of this class prints. Needs no rights and nothing but the product's
 * classes.
 */
public final class SeamChecks {

    /** What a program that the checks start sees of our environment. */
    static final List<String> ENV = List.of("PATH=/usr/bin:/bin");

    static final Syscalls SYSCALLS = Syscalls.get();

    static final int OUTPUT_LIMIT = 100_000;

    /** One check; the result is a line without pids and addresses. */
    interface Body {
        String run() throws Exception;
    }

    /** A body that wants an empty directory. */
    interface InDirectory {
        String run(Path directory) throws Exception;
    }

    /** A check with the result that it must have. */
    record Check(String name, String expected, Body body) {

        String line() {
            String result;
            try {
                result = body.run();
            } catch (Exception | LinkageError | AssertionError e) {
                result = e.toString();
            }
            return name + ": " + result;
        }

        String expectedLine() {
            return name + ": " + expected;
        }
    }

    private SeamChecks() {}

    static List<Check> all() {
        List<Check> all = new ArrayList<>();
        all.addAll(KernelSeamChecks.list());
        all.addAll(FileSeamChecks.list());
        all.addAll(ErrnoSeamChecks.list());
        all.addAll(ProcessSeamChecks.list());
        all.addAll(WaitSeamChecks.list());
        all.addAll(TerminalSeamChecks.list());
        return all;
    }

    /**
     * Without arguments all checks, a line for each; with one, a child that a check has started.
     */
    public static void main(String[] args) {
        if (args.length == 1) {
            ProcessSeamChecks.child(args[0]);
        } else {
            for (Check check : all()) {
                System.out.println(check.line());
            }
        }
    }

    /** This program once more: an executable, or the class of this name on the class path. */
    static List<String> self(String argument) {
        if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
            return List.of("/proc/self/exe", argument);
        }
        String classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                SeamChecks.class.getName(),
                argument);
    }

    /** "ok", "ok 5", or the error's text. */
    static String word(long result) {
        if (result < 0) {
            return new Errno(Math.toIntExact(-result)).text();
        }
        return result == 0 ? "ok" : "ok " + result;
    }

    /** The same for a call whose value differs from run to run. */
    static String accepted(long result) {
        return word(Math.min(result, 0));
    }

    /** The same for a call that makes a descriptor. */
    static String opened(long result) {
        if (result >= 0) {
            SYSCALLS.close((int) result);
        }
        return accepted(result);
    }

    static Body inDirectory(InDirectory body) {
        return () -> {
            Path directory = Files.createTempDirectory("reaper-seam");
            try {
                return body.run(directory);
            } finally {
                delete(directory);
            }
        };
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A system call that the product does not use. */
    static long number(long x86, long arm) {
        return switch (Architecture.CURRENT) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }

    /** What a child writes to its standard output; "exit N" if it does not end with 0. */
    static String output(List<String> argv, Fd... more) {
        try (Fd output = Fd.memory("output");
                Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR)) {
            List<Fd> fds = new ArrayList<>(List.of(none, output, none));
            fds.addAll(List.of(more));
            int status = status(SpawnRequest.of(argv, ENV, fds)).shellStatus();
            return status == 0 ? content(output) : "exit " + status;
        }
    }

    static ExitStatus status(SpawnRequest request) {
        try (Pidfd pidfd = Spawner.spawn(request).pidfd()) {
            return pidfd.await();
        }
    }

    static SpawnRequest shell(String script, Fd... fds) {
        return SpawnRequest.of(List.of("/bin/sh", "-c", script), ENV, List.of(fds));
    }

    /** From the start, lines joined by a space. */
    static String content(Fd file) {
        file.seek(0);
        String text = new String(file.readAll(OUTPUT_LIMIT), StandardCharsets.UTF_8);
        return String.join(" ", text.lines().toList());
    }
}
