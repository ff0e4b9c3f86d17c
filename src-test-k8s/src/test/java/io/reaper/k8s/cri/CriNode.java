package io.reaper.k8s.cri;

import io.reaper.k8s.NodeShell;
import io.reaper.k8s.PodException;
import io.reaper.k8s.api.Empty;
import io.reaper.k8s.api.ListImagesResponse;
import io.reaper.k8s.api.StatusRequest;
import io.reaper.k8s.api.StatusResponse;
import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Listing;
import io.reaper.testing.NodeProcess;
import io.reaper.testing.PrivateNode;
import io.reaper.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link PrivateNode} with a containerd and its CRI. The programs under test are copies of the
 * node's own, which a test may replace or take away.
 */
public final class CriNode implements NodeShell, AutoCloseable {
    /** For what a containerd on a busy machine may take. */
    static final Duration DEADLINE = Duration.ofSeconds(90);

    private static final String SYSTEM_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final ContainerdRelease release;
    private final Path binaries;
    private final PrivateNode node;
    private final Path directory;
    private final CriClient client;
    private Job daemon;

    /**
     * @param privateNetwork whether the node has a network of its own, with CNI for its pods, and
     *     not the machine's
     */
    CriNode(ContainerdRelease release, boolean privateNetwork) {
        this.release = release;
        this.binaries = release.binaries();
        this.node = privateNetwork ? PrivateNode.withPrivateNetwork() : new PrivateNode();
        this.directory = node.directory();
        this.client = new CriClient(directory.resolve("containerd.sock"));
        try {
            prepare(privateNetwork);
            startContainerd();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (Throwable e) {
            System.err.println(logs());
            close();
            throw e;
        }
    }

    private void prepare(boolean privateNetwork) throws IOException {
        Files.createDirectory(directory.resolve("bin"));
        Files.createDirectory(directory.resolve("pods"));
        Files.createDirectory(ContainerdConfig.cni(directory));
        Files.createFile(directory.resolve("reaper.conf"));
        replaceProgram("reaper-runtime", Programs.runtime());
        replaceProgram("containerd-shim-reaper-v2", Programs.shim());
        Path plugins = directory.resolve("none");
        if (privateNetwork) {
            node.run("ip", "link", "set", "lo", "up").expect(0);
            plugins = CniPlugins.programs();
            CniPlugins.write(ContainerdConfig.cni(directory), directory.resolve("addresses"));
        }
        Files.writeString(
                directory.resolve("config.toml"),
                new ContainerdConfig(release, directory).text(plugins));
        BusyboxImage.write(directory.resolve("image.tar"));
    }

    /** Kills containerd alone, as a crash would; nothing happens if it does not run. */
    public void killContainerd() {
        if (daemon != null) {
            daemon.kill();
            daemon.await(DEADLINE);
        }
    }

    /** Starts containerd on what is there, and returns when pods can be made. */
    public void startContainerd() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", programs() + ":" + binaries + ":" + SYSTEM_PATH);
        environment.put("REAPER_ISOLATION", "host");
        environment.put("REAPER_RUNTIME_PATH", programs() + "/reaper-runtime");
        environment.put("REAPER_CONFIG", directory.resolve("reaper.conf").toString());
        environment.put("REAPER_SHIM_LOG", directory.resolve("shim.log").toString());
        environment.put("REAPER_RUNTIME_LOG", directory.resolve("runtime.log").toString());
        String config = directory.resolve("config.toml").toString();
        daemon =
                node.start(
                        List.of(binaries.resolve("containerd").toString(), "-c", config),
                        environment);
        String[] last = new String[1];
        Await.until(
                DEADLINE,
                () -> !daemon.isAlive() || isReady(last),
                () -> "CRI answers: " + last[0] + "\n" + Text.tail(daemon.stderr()));
        if (!daemon.isAlive()) {
            throw new AssertionError("containerd has ended: " + Text.tail(daemon.stderr()));
        }
        importImages();
    }

    /** containerd is there, and CRI has recovered what ran before. */
    private boolean isReady(String[] last) {
        try {
            client.reconnect();
            StatusResponse status =
                    client.call(
                            "RuntimeService/Status",
                            StatusRequest.getDefaultInstance(),
                            StatusResponse.getDefaultInstance(),
                            Duration.ofSeconds(10));
            last[0] = status.toString();
            return status.getStatus().getConditionsList().stream()
                    .anyMatch(it -> it.getType().equals("RuntimeReady") && it.getStatus());
        } catch (PodException e) {
            last[0] = e.getMessage();
            return false;
        }
    }

    private void importImages() {
        if (images().containsAll(List.of(BusyboxImage.NAME, BusyboxImage.PAUSE))) {
            return;
        }
        ctr("images", "import", directory.resolve("image.tar").toString()).expect(0);
        Await.until(
                DEADLINE,
                () -> images().containsAll(List.of(BusyboxImage.NAME, BusyboxImage.PAUSE)),
                () -> "the images are there: " + images());
    }

    private List<String> images() {
        return client
                .call(
                        "ImageService/ListImages",
                        Empty.getDefaultInstance(),
                        ListImagesResponse.getDefaultInstance(),
                        CriClient.DEADLINE)
                .getImagesList()
                .stream()
                .flatMap(image -> image.getRepoTagsList().stream())
                .toList();
    }

    @Override
    public void restartContainerd() {
        killContainerd();
        startContainerd();
    }

    /** A `ctr` in the containerd namespace of CRI. */
    public Job.Result ctr(String... arguments) {
        List<String> line = new ArrayList<>();
        line.addAll(List.of(binaries.resolve("ctr").toString(), "-a"));
        line.addAll(List.of(directory.resolve("containerd.sock").toString(), "-n", "k8s.io"));
        line.addAll(List.of(arguments));
        return node.start(line, Map.of()).await(DEADLINE);
    }

    /** The client of this containerd. */
    CriClient client() {
        return client;
    }

    /** Seen under the same path here and on the node. */
    Path directory() {
        return directory;
    }

    PrivateNode privateNode() {
        return node;
    }

    /** containerd's pid on the node. */
    public int containerdPid() {
        return daemon.pid().orElseThrow();
    }

    @Override
    public Job.Result run(String... command) {
        return node.run(command);
    }

    @Override
    public List<NodeProcess> processes() {
        return node.processes();
    }

    @Override
    public String programs() {
        return directory.resolve("bin").toString();
    }

    @Override
    public void replaceProgram(String name, Path file) {
        Path target = Path.of(programs()).resolve(name);
        Path beside = target.resolveSibling(name + ".new");
        try {
            Files.copy(
                    file,
                    beside,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything on the node but containerd itself and what it always has. */
    List<String> leftovers() {
        List<String> left = new ArrayList<>();
        for (NodeProcess process : node.processes()) {
            if (process.pid() != daemon.pid().orElse(0)) {
                left.add("process " + process);
            }
        }
        node.mountsUnder(directory).forEach(mount -> left.add("mount " + mount));
        node.mountsUnder(Path.of("/run")).forEach(mount -> left.add("mount " + mount));
        for (String top : List.of("state", "root")) {
            Path cri = directory.resolve(top).resolve("io.containerd.grpc.v1.cri");
            left.addAll(Listing.names(cri.resolve("sandboxes")));
            left.addAll(Listing.names(cri.resolve("containers")));
            Path tasks = directory.resolve(top).resolve("io.containerd.runtime.v2.task");
            left.addAll(Listing.names(tasks.resolve("k8s.io")));
        }
        for (String run :
                List.of(
                        "/run/containerd/s",
                        "/run/containerd/fifo",
                        "/run/containerd/runc/k8s.io",
                        "/run/reaper",
                        "/run/runc",
                        "/run/netns")) {
            left.addAll(Listing.names(node.view(run)));
        }
        addresses().forEach(address -> left.add("address " + address));
        return left;
    }

    /** Addresses that CNI has given to pods: a file for each, beside a lock and the last one. */
    private List<String> addresses() {
        return Listing.of(directory.resolve("addresses/pods")).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("10."))
                .toList();
    }

    /** All that containerd has said since it was last started. */
    String containerdLog() {
        return daemon.stderr();
    }

    /** The ends of all logs. */
    String logs() {
        return """
        --- containerd
        %s
        --- shim
        %s
        --- runtime
        %s\
        """
                .formatted(
                        daemon == null ? "not started" : Text.tail(daemon.stderr()),
                        Text.tail(Text.of(directory.resolve("shim.log"))),
                        Text.tail(Text.of(directory.resolve("runtime.log"))));
    }

    /** Ends containerd, then whatever else lives on the node; all its directories are removed. */
    @Override
    public void close() {
        try {
            if (daemon != null && daemon.isAlive()) {
                killContainerd();
            }
        } finally {
            client.close();
            node.close();
        }
    }

    /** Files as text. */
    static final class Text {
        private Text() {}

        /** One character for a byte. */
        static String of(Path file) {
            try {
                return Files.exists(file)
                        ? Files.readString(file, StandardCharsets.ISO_8859_1)
                        : "";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static String tail(String text) {
            List<String> lines = text.lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        }
    }
}
