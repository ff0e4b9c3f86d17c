package io.reaper.shim.clients;

import io.reaper.testing.Await;
import io.reaper.testing.Job;
import io.reaper.testing.Listing;
import io.reaper.testing.NodeProcess;
import io.reaper.testing.PrivateNode;
import io.reaper.testing.TerminalJob;
import io.reaper.testing.TestCgroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A client with docker's command line, on a node with all that it needs, and nothing else. */
abstract class ContainerClient implements AutoCloseable {
    static final String IMAGE = "localhost/busybox:test";

    /** For one command: on the JVM a container's life takes seconds when others use the machine. */
    static final Duration DEADLINE = Duration.ofSeconds(90);

    private static final Path RUNC = Path.of("/usr/sbin/runc");

    final PrivateNode node;

    /** The name of the cgroup that all containers are under. */
    final String cgroup = "reaper-test-" + Long.toString(System.nanoTime(), 36);

    ContainerClient(PrivateNode node) {
        this.node = node;
        createDirectory("share");
    }

    /** The client's program and the options before a command. */
    abstract List<String> program();

    abstract Map<String, String> environment();

    /** Options with which every container is made, beside the name. */
    abstract List<String> runOptions();

    /** Arguments that remove a running container by force, at once. */
    abstract List<String> removal(String container);

    /** What the client has recorded of a container, in its own words, oldest first. */
    abstract List<String> events(String container);

    /** Processes of the client itself, which live as long as the node. */
    abstract List<Job> daemons();

    /** The ends of all logs. */
    abstract String logs();

    /** A directory which containers see under the same path, by a volume or in host mode. */
    final Path share() {
        return node.directory().resolve("share");
    }

    final Job.Result call(String... arguments) {
        return call(List.of(arguments));
    }

    final Job.Result call(List<String> arguments) {
        return start(arguments).await(DEADLINE);
    }

    final Job start(List<String> arguments) {
        return node.start(line(arguments), environment());
    }

    /** With the output of a shell's commands as its input. */
    final Job.Result callWithInput(String script, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", script + " | \"$@\"", "sh"));
        line.addAll(line(arguments));
        return node.start(line, environment()).await(DEADLINE);
    }

    /** On a terminal; when the command has ended, the settings that it leaves are shown. */
    final TerminalJob startOnTerminal(List<String> arguments) {
        String script = "\"$@\"; code=$?; stty -a; exit $code";
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        line.addAll(line(arguments));
        return node.startOnTerminal(line, environment());
    }

    /** Arguments of `run` with these options for a command in the image. */
    final List<String> runArguments(List<String> options, String... command) {
        List<String> arguments = new ArrayList<>(List.of("run", "--pull", "never"));
        arguments.addAll(runOptions());
        arguments.addAll(List.of("-v", share() + ":" + share()));
        arguments.addAll(options);
        arguments.add(IMAGE);
        arguments.addAll(Arrays.asList(command));
        return arguments;
    }

    /** Ends and removes a container, running or not. */
    final void remove(String container) {
        call(removal(container)).expect(0);
    }

    final void awaitLogs(String container, String expected) {
        Await.until(
                DEADLINE,
                () -> call("logs", container).expect(0).stdout().contains(expected),
                () -> expected + " in the log: " + call("logs", container));
    }

    final String inspect(String container, String format) {
        return call("inspect", "--format", format, container).expect(0).stdout().strip();
    }

    /** Fails unless everything that containers brought is gone within the deadline. */
    final void assertNothingLeft() {
        Await.until(
                DEADLINE,
                () -> leftovers().isEmpty(),
                () -> "nothing left: " + String.join("\n  ", leftovers()));
    }

    /** Containers, processes, states of the runtime and cgroups. */
    private List<String> leftovers() {
        List<String> left = new ArrayList<>(call("ps", "-aq").expect(0).stdout().lines().toList());
        List<Integer> daemons = daemons().stream().map(job -> job.pid().orElseThrow()).toList();
        for (NodeProcess process : node.processes()) {
            if (!daemons.contains(process.pid())) {
                left.add(process.toString());
            }
        }
        left.addAll(Listing.names(node.view("/run/reaper")));
        left.addAll(Listing.names(node.view("/run/containerd/s")));
        for (Path path : TestCgroups.below(cgroup)) {
            if (!path.endsWith("conmon")) { // of all of podman's monitors, for good
                left.add(path.toString());
            }
        }
        return left;
    }

    final String diagnostics() {
        return "%s%n--- left%n%s".formatted(logs(), String.join("\n", leftovers()));
    }

    /** Ends whatever lives on the node; all its directories are removed. */
    @Override
    public final void close() {
        try {
            node.close();
        } finally {
            TestCgroups.remove(cgroup);
        }
    }

    final Path write(String name, String content) {
        try {
            return Files.writeString(node.directory().resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final Path createDirectory(String name) {
        try {
            return Files.createDirectories(node.directory().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path runc() {
        return executable(RUNC);
    }

    /** Directory of the installed programs: the system property reaper.bin. */
    static Path programs() {
        Path directory = Path.of(System.getProperty("reaper.bin", "")).toAbsolutePath();
        executable(directory.resolve("reaper-runtime"));
        return directory;
    }

    static Path executable(Path file) {
        if (!Files.isExecutable(file)) {
            throw new AssertionError("not an executable: " + file);
        }
        return file;
    }

    static String tail(Path file) {
        try {
            List<String> lines =
                    Files.exists(file)
                            ? Files.readAllLines(file, StandardCharsets.ISO_8859_1)
                            : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private List<String> line(List<String> arguments) {
        List<String> line = new ArrayList<>(program());
        line.addAll(arguments);
        return line;
    }
}
