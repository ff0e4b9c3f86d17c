package io.reaper.shim.clients;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.DebianPackage;
import io.reaper.testing.Job;
import io.reaper.testing.PrivateNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * dockerd and docker of Debian 13 on a containerd of their own, below the node's directory, in a
 * private network: what dockerd does to a network, also by its hook in a container, stays there.
 */
final class DockerClient extends ContainerClient {
    static final String REAPER = "reaper";
    static final String RUNC = "runc";

    private static final String SUITE = "trixie";

    private final String runtime;
    private final Path docker;
    private final Job containerd;
    private final Job dockerd;

    DockerClient(String runtime) {
        super(PrivateNode.withPrivateNetwork());
        try {
            this.runtime = runtime;
            List<Path> packages = DebianPackage.unpacked(SUITE, "docker.io", "docker-cli");
            this.docker = executable(packages.getLast().resolve("usr/bin/docker"));
            Path daemon = executable(packages.getFirst().resolve("usr/sbin/dockerd"));
            write("reaper.conf", "");
            createDirectory("home");
            write("containerd.toml", containerdConfiguration());
            write("daemon.json", daemonConfiguration());
            Path binaries = ContainerdRelease.V1_7.binaries();
            String config = node.directory().resolve("containerd.toml").toString();
            this.containerd = start(binaries.resolve("containerd"), "-c", config, binaries);
            String daemonConfig = node.directory().resolve("daemon.json").toString();
            this.dockerd = start(daemon, "--config-file", daemonConfig, binaries);
            Await.until(
                    DEADLINE,
                    () -> !dockerd.isAlive() || call("version").exitCode() == 0,
                    () -> "dockerd answers: " + logs());
            BusyboxImage.writeFileSystem(node.directory().resolve("image.tar"));
            String tar = node.directory().resolve("image.tar").toString();
            call("import", "--change", "ENV PATH=/usr/bin:/bin", tar, IMAGE).expect(0);
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    @Override
    List<String> program() {
        return List.of(docker.toString());
    }

    @Override
    Map<String, String> environment() {
        return Map.of(
                "HOME",
                node.directory().resolve("home").toString(),
                "DOCKER_HOST",
                "unix://" + node.directory().resolve("docker.sock"));
    }

    @Override
    List<String> runOptions() {
        return List.of("--runtime", runtime, "--network", "host");
    }

    @Override
    List<String> removal(String container) {
        return List.of("rm", "-f", container);
    }

    @Override
    List<String> events(String container) {
        Instant now = Instant.now();
        return call(
                        "events",
                        "--since",
                        "0",
                        "--until",
                        "%d.%09d".formatted(now.getEpochSecond(), now.getNano()),
                        "--filter",
                        "type=container",
                        "--filter",
                        "container=" + container,
                        "--format",
                        "{{.Action}}")
                .expect(0)
                .stdout()
                .lines()
                .toList();
    }

    @Override
    List<Job> daemons() {
        return List.of(containerd, dockerd);
    }

    @Override
    String logs() {
        return "--- dockerd%n%s%n--- containerd%n%s%n--- shim%n%s%n--- runtime%n%s"
                .formatted(
                        dockerd == null ? "" : lastLines(dockerd.stderr()),
                        lastLines(containerd.stderr()),
                        tail(node.directory().resolve("shim.log")),
                        tail(node.directory().resolve("runtime.log")));
    }

    private Job start(Path program, String option, String file, Path containerdBinaries) {
        Map<String, String> environment = new HashMap<>();
        Path directory = node.directory();
        environment.put(
                "PATH",
                List.of(programs(), containerdBinaries).stream()
                                .map(Path::toString)
                                .collect(Collectors.joining(":"))
                        + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", directory.resolve("home").toString());
        environment.put("REAPER_ISOLATION", "host");
        environment.put("REAPER_CONFIG", directory.resolve("reaper.conf").toString());
        environment.put("REAPER_RUNTIME_PATH", programs().resolve("reaper-runtime").toString());
        environment.put("REAPER_SHIM_LOG", directory.resolve("shim.log").toString());
        environment.put("REAPER_RUNTIME_LOG", directory.resolve("runtime.log").toString());
        return node.start(List.of(program.toString(), option, file), environment);
    }

    private String containerdConfiguration() {
        return """
        version = 2
        root = "%1$s/containerd"
        state = "%1$s/containerd-state"
        disabled_plugins = %2$s
        [grpc]
          address = "%1$s/containerd.sock"
        [plugins."io.containerd.internal.v1.opt"]
          path = "%1$s/opt"
        """
                .formatted(node.directory(), ContainerdRelease.disabledPlugins(name -> true));
    }

    private String daemonConfiguration() {
        Path directory = node.directory();
        Map<String, Object> settings = new HashMap<>();
        settings.put("containerd", directory.resolve("containerd.sock").toString());
        settings.put("hosts", List.of("unix://" + directory.resolve("docker.sock")));
        settings.put("data-root", directory.resolve("docker").toString());
        settings.put("exec-root", directory.resolve("docker-state").toString());
        settings.put("pidfile", directory.resolve("docker.pid").toString());
        settings.put("group", "root");
        settings.put("init-path", "/bin/true");
        settings.put("storage-driver", "vfs");
        settings.put("bridge", "none");
        settings.put("iptables", false);
        settings.put("ip6tables", false);
        settings.put("ip-forward", false);
        settings.put("ip-masq", false);
        settings.put("userland-proxy", false);
        settings.put("cgroup-parent", "/" + cgroup);
        settings.put("exec-opts", List.of("native.cgroupdriver=cgroupfs"));
        settings.put("runtimes", Map.of(REAPER, Map.of("runtimeType", "io.containerd.reaper.v2")));
        try {
            return new ObjectMapper().writeValueAsString(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }
}
