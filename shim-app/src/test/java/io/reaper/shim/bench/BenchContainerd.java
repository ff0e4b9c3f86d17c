package io.reaper.shim.bench;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Child;
import io.reaper.linux.signal.Signals;
import io.reaper.testing.BusyboxImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The installed containerd, with directories and a socket of its own, and both shims. */
final class BenchContainerd implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String namespace;
    private final Path directory;
    private final Commands clients;
    private final Child daemon;

    /** Starts one and waits until it answers. */
    BenchContainerd(Setup setup, String name) throws IOException {
        this(setup, name, Map.of(), List.of());
    }

    /**
     * Starts one and waits until it answers.
     *
     * @param name of its directory
     * @param variables for it, and so for the shims, besides those of {@link Setup}
     * @param wrapper a command that runs it
     */
    BenchContainerd(Setup setup, String name, Map<String, String> variables, List<String> wrapper)
            throws IOException {
        namespace = setup.tag();
        directory = Files.createDirectories(setup.directory().resolve(name));
        clients = setup.commands(name + "/ctr");
        Path config = directory.resolve("config.toml");
        Files.writeString(config, configuration());
        Map<String, String> environment = new HashMap<>(setup.environment());
        environment.putAll(variables);
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(Setup.find("containerd").toString(), "-c", config.toString()));
        Path log = directory.resolve("containerd.log");
        daemon = new Commands(log, environment).start(command, directory);
        Processes.await("containerd's socket, see " + log, this::answers);
        Path image = setup.directory().resolve("image.tar");
        if (!Files.exists(image)) {
            BusyboxImage.write(image);
        }
        ctr("images", "import", image.toString());
    }

    private String configuration() {
        return """
        version = 2
        root = "%1$s/root"
        state = "%2$s"
        disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
          "io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.blockfile",
          "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
          "io.containerd.snapshotter.v1.zfs"]
        [grpc]
          address = "%1$s/c"
        [plugins."io.containerd.internal.v1.opt"]
          path = "%1$s/opt"
        """
                .formatted(directory, Setup.inMemory(namespace + "-" + directory.getFileName()));
    }

    private boolean answers() {
        if (daemon.pidfd().reap().isPresent()) {
            throw new IllegalStateException("containerd has ended, see " + directory);
        }
        if (!Files.exists(directory.resolve("c"))) {
            return false;
        }
        try {
            ctr("version");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** The time that a `ctr` took, ns. */
    long ctr(String... arguments) {
        return ctr(List.of(arguments));
    }

    long ctr(List<String> arguments) {
        return clients.time(line(arguments));
    }

    /** The whole command line of a `ctr`. */
    List<String> line(List<String> arguments) {
        List<String> line = new ArrayList<>();
        line.addAll(List.of(Setup.find("ctr").toString(), "-a", directory.resolve("c").toString()));
        line.addAll(List.of("-n", namespace));
        line.addAll(arguments);
        return line;
    }

    /** Arguments that run a container of the image. */
    static List<String> run(ShimPeer shim, String id, List<String> options, String... command) {
        List<String> line = new ArrayList<>(List.of("run", "--runtime", shim.runtime()));
        line.addAll(options);
        line.addAll(List.of(BusyboxImage.NAME, id));
        line.addAll(List.of(command));
        return line;
    }

    Commands clients() {
        return clients;
    }

    /** Ends containers and all that containerd knows of them, and waits for their shims' ends. */
    void remove(List<String> ids) {
        delete(ids);
        Processes.awaitNoShim();
    }

    /** Ends containers and all that containerd knows of them. */
    void delete(List<String> ids) {
        List<String> delete = new ArrayList<>(List.of("tasks", "delete", "--force"));
        delete.addAll(ids);
        ctr(delete);
        delete = new ArrayList<>(List.of("containers", "delete"));
        delete.addAll(ids);
        ctr(delete);
    }

    /** Ends containerd; its containers must have ended before. */
    @Override
    public void close() {
        daemon.pidfd().signal(Signals.SIGTERM);
        if (!daemon.pidfd().awaitExit(Deadline.after(PATIENCE))) {
            daemon.pidfd().signal(Signals.SIGKILL);
        }
        daemon.pidfd().await();
        daemon.pidfd().close();
    }
}
