package io.reaper.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A small node of its own: PID and mount namespaces with a private /run, and a directory which both
 * sides see under the same path. Every process started in it, whatever it does, is found in its
 * /proc; all of them and all mounts go with the namespaces, also when the tests' JVM is killed: the
 * node's pid 1 lives as long as the pipe from here to its standard input.
 */
public final class PrivateNode implements AutoCloseable {
    /** Ends what hangs; on a busy machine a containerd may need a minute for its start. */
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    private static final String PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** sh waits for cat and reaps, as a pid 1 has to, whatever is handed to it meanwhile. */
    private static final String PID_1 =
            "mount -t tmpfs -o mode=755 tmpfs /run && mount --make-rshared / && : >\"$0\" || exit"
                    + " 1; cat >/dev/null; exit 0";

    private static final String EXECUTE =
            "echo $$ >\"$0.new\" && mv \"$0.new\" \"$0\"; exec \"$@\"";

    /** A terminal's user finds it open for reading and writing on every one of the streams. */
    private static final String BOTH_WAYS = "exec 0<>/proc/self/fd/0 1>&0 2>&0; exec \"$@\"";

    private final Path directory;
    private final Process unshare;
    private final long pid1;
    private final AtomicInteger jobs = new AtomicInteger();

    public PrivateNode() {
        this(List.of());
    }

    /** A node with a network namespace of its own, too, in which nothing is up. */
    public static PrivateNode withPrivateNetwork() {
        return new PrivateNode(List.of("--net"));
    }

    private PrivateNode(List<String> moreNamespaces) {
        Path made = null;
        Process started = null;
        try {
            // short: the path of a Unix socket holds 107 bytes
            made = Files.createTempDirectory("reaper-node-");
            Path ready = made.resolve("ready");
            List<String> line = new ArrayList<>(List.of("unshare", "--mount", "--pid"));
            line.addAll(moreNamespaces);
            line.addAll(List.of("--propagation=private", "--fork", "--mount-proc"));
            line.addAll(List.of("--kill-child", "/bin/sh", "-c", PID_1, ready.toString()));
            started =
                    new ProcessBuilder(line)
                            .redirectOutput(made.resolve("unshare.log").toFile())
                            .redirectErrorStream(true)
                            .start();
            awaitReady(started, ready, made.resolve("unshare.log"));
            directory = made;
            unshare = started;
            pid1 = started.children().findFirst().orElseThrow().pid();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a private node", e);
        } catch (AssertionError e) {
            started.destroyForcibly();
            removeTree(made);
            throw e;
        }
    }

    /** The directory which both sides see, empty at first but for the node's own files. */
    public Path directory() {
        return directory;
    }

    /** Starts a command on the node with these variables in its environment, and no others. */
    public Job start(List<String> command, Map<String, String> environment) {
        return start(command, environment, null);
    }

    /** The same with all three streams on a terminal, which becomes its controlling one. */
    public TerminalJob startOnTerminal(List<String> command, Map<String, String> environment) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", BOTH_WAYS, "sh"));
        line.addAll(List.of("setsid", "--ctty", "--wait"));
        line.addAll(command);
        return TerminalJob.start(terminal -> start(line, environment, terminal));
    }

    private Job start(List<String> command, Map<String, String> environment, File terminal) {
        try {
            Path files =
                    Files.createDirectories(
                            directory.resolve("jobs").resolve("" + jobs.incrementAndGet()));
            List<String> line =
                    new ArrayList<>(List.of("nsenter", "-t", "" + pid1, "-m", "-p", "-n"));
            line.addAll(List.of("/bin/sh", "-c", EXECUTE, files.resolve("pid").toString()));
            line.addAll(command);
            ProcessBuilder builder =
                    new ProcessBuilder(line)
                            .redirectInput(terminal == null ? new File("/dev/null") : terminal)
                            .redirectOutput(or(terminal, files.resolve("stdout")))
                            .redirectError(or(terminal, files.resolve("stderr")));
            builder.environment().clear();
            builder.environment().put("PATH", PATH);
            builder.environment().putAll(environment);
            return new Job(this, command, builder.start(), files);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    private static File or(File terminal, Path file) {
        return terminal == null ? file.toFile() : terminal;
    }

    public Job.Result run(String... command) {
        return start(List.of(command), Map.of()).await(DEADLINE);
    }

    /** Sends a signal to one of the node's processes; it may be gone already. */
    public void signal(int pid, String signal) {
        run("/bin/sh", "-c", "kill -" + signal + " " + pid);
    }

    /** All processes of the node but its pid 1 and cat. */
    public List<NodeProcess> processes() {
        return NodeProcess.all(view("/proc")).stream()
                .filter(process -> process.pid() != 1)
                .filter(process -> process.parent() != 1 || !process.command().equals("cat"))
                .toList();
    }

    /** Mount points of the node under a directory, the directory itself not among them. */
    public List<String> mountsUnder(Path path) {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc/" + pid1 + "/mountinfo"), StandardCharsets.UTF_8)) {
            return lines.map(line -> line.split(" ", -1)[4])
                    .filter(point -> point.startsWith(path + "/"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a path of the node is seen from here. */
    public Path view(String path) {
        return Path.of("/proc/" + pid1 + "/root" + path);
    }

    /** Ends all that is left on the node, its mounts too, and removes the directory. */
    @Override
    public void close() {
        try {
            unshare.getOutputStream().close();
            if (!unshare.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                unshare.destroyForcibly();
                throw new AssertionError("the private node has not ended: pid 1 is " + pid1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            removeTree(directory);
        }
    }

    private static void awaitReady(Process process, Path ready, Path log) {
        Await.until(
                DEADLINE,
                () -> Files.exists(ready) || !process.isAlive(),
                () -> "a private node: " + text(log));
        if (!Files.exists(ready)) {
            throw new AssertionError("no private node (needs root and unshare): " + text(log));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void removeTree(Path root) {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + root, e);
        }
    }
}
