package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The installed runtime with a state directory of its own for each test. Containers that a test
 * leaves are deleted by force. System property {@code reaper.runtime} names another runtime (runc)
 * for the tests that suit any; without it, reaper-runtime below {@code reaper.bin}.
 */
public final class RuntimeExtension
        implements BeforeEachCallback, AfterEachCallback, ExecutionCondition {

    private static final int PR_SET_CHILD_SUBREAPER = 36;

    public static final ObjectMapper JSON = new ObjectMapper();

    /** Before a command: it sees no mount of cgroup2. */
    public static final List<String> NO_CGROUP2 =
            List.of(
                    "unshare",
                    "-m",
                    "sh",
                    "-c",
                    "for m in $(awk '$0 ~ / - cgroup2 / {print $5}' /proc/self/mountinfo);"
                            + " do umount -l $m || exit 99; done; exec \"$@\"",
                    "sh");

    private static final Optional<String> PEER =
            Optional.ofNullable(System.getProperty("reaper.runtime"));
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String isolation;
    private Path work = Path.of("unset");
    private int calls;

    /** How a call of the runtime ended. */
    public record Result(int status, String out, String err) {}

    /** In host mode. */
    public RuntimeExtension() {
        this("host");
    }

    private RuntimeExtension(String isolation) {
        this.isolation = isolation;
    }

    /** In mode oci. */
    public static RuntimeExtension isolated() {
        return new RuntimeExtension("oci");
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return "root".equals(System.getProperty("user.name"))
                ? ConditionEvaluationResult.enabled("root")
                : ConditionEvaluationResult.disabled("needs root: starts processes of other users");
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        // no orphans for this process, which would not reap them: a pid namespace ends only with
        // its
        // last zombie
        LinuxException.check(Syscalls.get().prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), "prctl", "");
        work = Files.createTempDirectory("reaper-kernel-").toRealPath();
        calls = 0;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        List<Result> kept = new ArrayList<>();
        if (Files.isDirectory(root())) {
            try (Stream<Path> left = Files.list(root())) {
                left.map(dir -> run("delete", "--force", dir.getFileName().toString()))
                        .filter(result -> result.status() != 0)
                        .forEach(kept::add);
            }
        }
        try (Stream<Path> all = Files.walk(work)) {
            all.sorted(Comparator.reverseOrder()).forEach(RuntimeExtension::deleteFile);
        }
        assertEquals(List.of(), kept, "containers that cannot be deleted");
    }

    private static void deleteFile(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String executable() {
        return PEER.orElseGet(() -> System.getProperty("reaper.bin") + "/reaper-runtime");
    }

    public static boolean isPeer() {
        return PEER.isPresent();
    }

    /** Whether it is compiled ahead of time; the JVM mode's is a script. */
    public static boolean isExecutable() {
        try (InputStream file = Files.newInputStream(Path.of(executable()))) {
            return file.read() != '#';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal to a runtime that was started. */
    public static void signal(String name, Process process)
            throws IOException, InterruptedException {
        String pid = Long.toString(process.pid());
        assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
    }

    /** An id no other test uses: cgroups are the machine's, whatever the state directory. */
    public String id() {
        return work.getFileName().toString();
    }

    /** A directory for the test's files. */
    public Path work() {
        return work;
    }

    public Path root() {
        return work.resolve("root");
    }

    /** A bundle that runs a shell script. */
    public TestBundle script(String script) {
        return TestBundle.of(work.resolve("bundle-" + calls++), List.of("/bin/sh", "-c", script));
    }

    public TestBundle program(String... args) {
        return TestBundle.of(work.resolve("bundle-" + calls++), List.of(args));
    }

    public Result run(String... args) {
        return run(List.of(), args);
    }

    /**
     * Runs the runtime to its end.
     *
     * @param prefix a command before it, such as {@code unshare -m}
     */
    public Result run(List<String> prefix, String... args) {
        try {
            Process process = start(prefix, args);
            assertTrue(
                    process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                    () -> {
                        process.destroyForcibly();
                        return "hangs: " + List.of(args);
                    });
            return new Result(
                    process.exitValue(),
                    Files.readString(work.resolve("out-" + process.pid())),
                    Files.readString(work.resolve("err-" + process.pid())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts the runtime; its output goes to files named after its pid when it ends. */
    public Process start(List<String> prefix, String... args) throws IOException {
        Path out = work.resolve("out-" + calls);
        Path err = work.resolve("err-" + calls++);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(executable(), "--root", root().toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("REAPER_ISOLATION", isolation);
        builder.environment().put("LEAKED", "by the caller");
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        Process process = builder.start();
        Files.createSymbolicLink(work.resolve("out-" + process.pid()), out);
        Files.createSymbolicLink(work.resolve("err-" + process.pid()), err);
        return process;
    }

    /** Runs it; it must succeed and say nothing on standard error. */
    public String ok(String... args) {
        Result result = run(args);
        assertEquals(new Result(0, result.out(), ""), result, () -> String.join(" ", args));
        return result.out();
    }

    /** Runs it; it must fail with one line on standard error, which is returned. */
    public String refused(String... args) {
        Result result = run(args);
        assertEquals(1, result.status(), () -> String.join(" ", args) + ": " + result);
        assertEquals("", result.out());
        if (!isPeer()) {
            assertEquals(1, result.err().lines().count(), result.err());
        }
        return result.err().strip();
    }

    public JsonNode state(String id) {
        return json(ok("state", id));
    }

    public String status(String id) {
        return state(id).get("status").asText();
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    /** Waits for what another process does. */
    public static void await(String what, BooleanSupplier condition) {
        await(() -> what, condition);
    }

    /** The same; what has not happened, and what is there instead, is asked for on failure only. */
    public static void await(Supplier<String> what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("did not happen: " + what.get());
            }
            Thread.onSpinWait();
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a container writes to a file, once it has written a line. */
    public static String awaitLine(Path file) {
        await("a line in " + file, () -> text(file).endsWith("\n"));
        return text(file);
    }

    public static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return ""; // replaced meanwhile
        }
    }

    /** Waits for the end of processes, whoever takes their status. */
    public static void awaitEnd(long... pids) {
        for (long pid : pids) {
            await("the end of " + pid, () -> !lives(pid));
        }
    }

    /** The processes with this in their command lines. */
    public static List<Long> mentioning(String mark) {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .filter(process -> text(process.resolve("cmdline")).contains(mark))
                    .map(process -> Long.valueOf(process.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a process runs; a zombie does not. */
    public static boolean lives(long pid) {
        String stat = text(Path.of("/proc/" + pid + "/stat"));
        return !stat.isEmpty() && !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }
}
