package io.reaper.shim.containerd;

import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Listing;
import io.reaper.testing.NodeProcess;
import io.reaper.testing.PrivateNode;
import io.reaper.testing.TestCgroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A containerd of the tests' own, on a {@link PrivateNode}: its root, state, socket and
 * configuration are in the node's directory, /run is private, and the CRI plugin is left out. It
 * has two containerd namespaces, each with the images of {@link BusyboxImage}.
 */
final class PrivateContainerd implements AutoCloseable {
    /** For one `ctr`: on the JVM a container's life takes seconds when others use the machine. */
    static final Duration DEADLINE = Duration.ofSeconds(90);

    private static final String TASKS = "state/io.containerd.runtime.v2.task";
    private static final String SYSTEM_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Path binaries;
    private final Pair pair;
    private final PrivateNode node;
    private final Path directory;
    private final String tag = "reaper-test-" + Long.toString(System.nanoTime(), 36);
    private Job daemon;
    private Job events;
    private String earlierEvents = "";

    PrivateContainerd(ContainerdRelease release, Pair pair) {
        this.binaries = release.binaries();
        this.pair = pair;
        this.node = new PrivateNode();
        this.directory = node.directory();
        try {
            Files.createDirectory(share());
            Files.createFile(directory.resolve("reaper.conf"));
            Files.writeString(directory.resolve("config.toml"), configuration());
            BusyboxImage.write(directory.resolve("image.tar"));
            start(Map.of());
            for (String namespace : List.of(namespace(), otherNamespace())) {
                String image = directory.resolve("image.tar").toString();
                ctr(namespace, "images", "import", image).expect(0);
            }
        } catch (IOException e) {
            node.close();
            throw new UncheckedIOException(e);
        } catch (Throwable e) {
            System.err.println(diagnostics());
            node.close();
            throw e;
        }
    }

    /** The containerd namespace which scenarios use when one is enough. */
    String namespace() {
        return tag + "-a";
    }

    String otherNamespace() {
        return tag + "-b";
    }

    PrivateNode node() {
        return node;
    }

    /** A directory for files by which a container and a test talk. */
    Path share() {
        return directory.resolve("share");
    }

    Job startCtr(String namespace, String... arguments) {
        return startCtr(namespace, List.of(arguments));
    }

    Job startCtr(String namespace, List<String> arguments) {
        return node.start(ctrLine(namespace, arguments), Map.of());
    }

    /** The whole command line of a `ctr`. */
    List<String> ctrLine(String namespace, List<String> arguments) {
        List<String> line = new ArrayList<>();
        line.addAll(List.of(binaries.resolve("ctr").toString(), "-a", socket().toString()));
        line.addAll(List.of("-n", namespace));
        line.addAll(arguments);
        return line;
    }

    Job.Result ctr(String namespace, String... arguments) {
        return startCtr(namespace, arguments).await(DEADLINE);
    }

    /** All task events since the start, those before a restart of containerd too. */
    TaskEvents events() {
        return new TaskEvents(() -> earlierEvents + events.stdout());
    }

    /** Kills containerd alone, as a crash would. */
    void kill() {
        daemon.kill();
        daemon.await(DEADLINE);
        events.await(DEADLINE);
        earlierEvents += events.stdout();
    }

    /** Starts containerd on the same directories; the variables are added to its environment. */
    void start(Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(pair.environment(directory));
        String path =
                Stream.concat(pair.path().stream(), Stream.of(binaries))
                        .map(Path::toString)
                        .collect(Collectors.joining(":"));
        environment.put("PATH", path + ":" + SYSTEM_PATH);
        environment.putAll(variables);
        String config = directory.resolve("config.toml").toString();
        daemon =
                node.start(
                        List.of(binaries.resolve("containerd").toString(), "-c", config),
                        environment);
        Await.until(
                DEADLINE,
                () -> !daemon.isAlive() || ctr(namespace(), "version").exitCode() == 0,
                () -> "containerd answers: " + tail(daemon.stderr()));
        if (!daemon.isAlive()) {
            throw new AssertionError("containerd has ended: " + tail(daemon.stderr()));
        }
        record();
    }

    /** Subscribes; an event of our own, seen, says that the subscription is there. */
    private void record() {
        events = startCtr(namespace(), "events");
        Await.until(
                DEADLINE,
                () -> {
                    String stamp = "stamp=" + System.nanoTime();
                    ctr(namespace(), "namespaces", "label", "default", stamp).expect(0);
                    return !events.stdout().isEmpty();
                },
                () -> "ctr events shows one: " + events.stderr());
    }

    void restart(Map<String, String> variables) {
        kill();
        start(variables);
    }

    /** The container's init process and its pid, while it is known to containerd. */
    Optional<TaskRow> task(String namespace, String id) {
        return ctr(namespace, "task", "ls")
                .expect(0)
                .stdout()
                .lines()
                .skip(1)
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length == 3 && words[0].equals(id))
                .map(words -> new TaskRow(Integer.parseInt(words[1]), words[2]))
                .findFirst();
    }

    /** A line of `ctr task ls`. */
    record TaskRow(int pid, String status) {}

    TaskRow awaitStatus(String namespace, String id, String status) {
        TaskRow[] row = new TaskRow[1];
        Await.until(
                DEADLINE,
                () -> {
                    row[0] = task(namespace, id).orElse(null);
                    return row[0] != null && row[0].status().equals(status);
                },
                () -> id + " is " + status + ": " + row[0]);
        return row[0];
    }

    /** containerd tells of a dead shim's container that it is deleted, and then forgets it. */
    void awaitNoTask(String namespace, String id) {
        Await.until(
                DEADLINE,
                () -> task(namespace, id).isEmpty(),
                () -> "containerd forgets " + id + ": " + task(namespace, id));
    }

    /** Waits until an event with this topic was told of a container. */
    void awaitTopic(String id, String topic) {
        Await.until(
                DEADLINE,
                () -> events().topics(namespace(), id).contains(topic),
                () -> topic + " of " + events().of(namespace(), id));
    }

    /** The process of the node with this pid. */
    Optional<NodeProcess> process(int pid) {
        return node.processes().stream().filter(process -> process.pid() == pid).findFirst();
    }

    /** Whether something is mounted on rootfs in the bundle of the first containerd namespace. */
    boolean hasRootfs(String id) {
        Path rootfs = directory.resolve(TASKS).resolve(namespace()).resolve(id).resolve("rootfs");
        return node.mountsUnder(directory).contains(rootfs.toString());
    }

    /**
     * What is on the node but containerd itself: processes, mounts, bundles, sockets, directories
     * of runtimes, cgroups.
     */
    List<String> leftovers() {
        List<String> left = new ArrayList<>();
        for (NodeProcess process : node.processes()) {
            int pid = process.pid();
            if (pid != daemon.pid().orElse(0) && pid != events.pid().orElse(0)) {
                left.add(process.toString());
            }
        }
        node.mountsUnder(directory).forEach(mount -> left.add("mount " + mount));
        node.mountsUnder(Path.of("/run")).forEach(mount -> left.add("mount " + mount));
        for (String namespace : List.of(namespace(), otherNamespace())) {
            left.addAll(Listing.names(directory.resolve(TASKS).resolve(namespace)));
            left.addAll(Listing.names(node.view("/run/containerd/runc").resolve(namespace)));
            TestCgroups.below(namespace).forEach(cgroup -> left.add(cgroup.toString()));
        }
        left.addAll(Listing.names(node.view("/run/containerd/s")));
        left.addAll(Listing.names(node.view("/run/containerd/fifo")));
        left.addAll(Listing.names(node.view("/run/reaper")));
        left.addAll(Listing.names(node.view("/run/runc")));
        return left;
    }

    /** Removes the shims' sockets. */
    void removeSockets() {
        for (Path socket : Listing.of(node.view("/run/containerd/s"))) {
            node.run("rm", "-f", "/run/containerd/s/" + socket.getFileName());
        }
    }

    /**
     * Removes lock files that have no socket beside them: a start which containerd kills before it
     * has told its address leaves one, and nobody is told of it.
     */
    void removeLocks() {
        node.run(
                "/bin/sh",
                "-c",
                "cd /run/containerd/s && for f in *.lock; do [ -e \"${f%.lock}\" ] || rm -f \"$f\";"
                        + " done");
    }

    /** Fails unless everything that containers brought is gone within the deadline. */
    void assertNothingLeft() {
        Await.until(
                DEADLINE,
                () -> leftovers().isEmpty(),
                () -> "nothing left: " + String.join("\n  ", leftovers()));
    }

    /** What helps to understand a failure: the ends of all logs and what is on the node. */
    String diagnostics() {
        return """
        --- containerd
        %s
        --- shim
        %s
        --- runtime
        %s
        --- events
        %s
        --- left
        %s
        ---\
        """
                .formatted(
                        daemon == null ? "not started" : tail(daemon.stderr()),
                        tail(text(directory.resolve("shim.log"))),
                        tail(text(directory.resolve("runtime.log"))),
                        events == null ? "" : tail(events().recorded().get()),
                        events == null ? "" : String.join("\n", leftovers()));
    }

    /** Ends containerd, then whatever else lives on the node; all its directories are removed. */
    @Override
    public void close() {
        try {
            if (daemon.isAlive()) {
                kill();
            }
        } finally {
            node.close();
            for (String namespace : List.of(namespace(), otherNamespace())) {
                TestCgroups.remove(namespace);
            }
        }
    }

    private Path socket() {
        return directory.resolve("containerd.sock");
    }

    private String configuration() {
        return """
        version = 2
        root = "%1$s/root"
        state = "%1$s/state"
        disabled_plugins = %2$s
        [grpc]
          address = "%1$s/containerd.sock"
        [debug]
          level = "info"
        [plugins."io.containerd.internal.v1.opt"]
          path = "%1$s/opt"
        """
                .formatted(directory, ContainerdRelease.disabledPlugins(name -> true));
    }

    private static String text(Path file) {
        try {
            return Files.exists(file)
                    ? Files.readString(file, StandardCharsets.ISO_8859_1)
                    : "(no file)";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String tail(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }
}
