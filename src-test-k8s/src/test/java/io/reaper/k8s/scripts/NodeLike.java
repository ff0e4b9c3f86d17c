package io.reaper.k8s.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.PrivateNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a script finds behind `docker exec` and `minikube ssh`: a root file system with directories
 * of its own where something is installed, a containerd with its usual places, and the commands
 * systemctl, crictl and sudo as far as the scripts use them.
 */
final class NodeLike implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofMinutes(3);

    /** Where something may be written, apart from /run and the node's own directory. */
    private static final String PRIVATE =
            """
            mkdir -p $0/etc $0/local/bin $0/home $0/log && cp -a /etc/. $0/etc/ &&
            rm -rf $0/etc/reaper $0/etc/containerd && mkdir $0/etc/containerd &&
            mount --bind $0/etc /etc && mount --bind $0/local /usr/local &&
            mount --bind $0/home /home && mount --bind $0/log /var/log
            """;

    /** Lists the handlers of the configuration in use, when CRI is in order. */
    private static final String CRICTL =
            """
            #!/bin/sh
            ctr plugins ls | grep cri | grep -v ok && exit 1
            ctr plugins ls | grep -q cri || exit 1
            containerd config dump | grep -q 'runtimes.*reaper-v2' && echo '"reaper-v2"'
            exit 0
            """;

    private final PrivateNode node = new PrivateNode();
    private final String path;

    /**
     * Boots it: containerd runs with CRI, without Reaper, as kind's and minikube's nodes have it.
     */
    NodeLike(ContainerdRelease release) {
        Path binaries = release.binaries();
        path = "/usr/local/sbin:/usr/local/bin:" + binaries + ":/usr/sbin:/usr/bin:/sbin:/bin";
        try {
            node.run("/bin/sh", "-c", PRIVATE, directory().toString()).expect(0);
            Path programs = directory().resolve("local/bin");
            executable(programs.resolve("systemctl"), systemctl(binaries));
            executable(programs.resolve("crictl"), CRICTL);
            executable(programs.resolve("sudo"), "#!/bin/sh\nexec \"$@\"\n");
            Files.createDirectory(directory().resolve("cni"));
            Files.writeString(configuration(), text());
            run("systemctl", "restart", "containerd").expect(0);
            Await.until(
                    DEADLINE,
                    () -> run("crictl", "info").exitCode() == 0,
                    () -> "containerd: " + log());
            Files.delete(directory().resolve("restarts"));
            BusyboxImage.write(image());
            run("ctr", "-n", "k8s.io", "images", "import", image().toString()).expect(0);
            run("ctr", "-n", "k8s.io", "images", "rm", BusyboxImage.NAME).expect(0);
        } catch (IOException e) {
            node.close();
            throw new UncheckedIOException(e);
        } catch (Throwable e) {
            node.close();
            throw e;
        }
    }

    /** Version 2 with every containerd, as kind and minikube have it. */
    private String text() {
        return """
        version = 2
        root = "%1$s/root"
        disabled_plugins = %2$s
        [plugins."io.containerd.internal.v1.opt"]
          path = "%1$s/opt"
        [plugins."io.containerd.grpc.v1.cri"]
          restrict_oom_score_adj = true
          sandbox_image = "%3$s"
        [plugins."io.containerd.grpc.v1.cri".cni]
          conf_dir = "%1$s/cni"
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"
        """
                .formatted(
                        directory(),
                        ContainerdRelease.disabledPlugins(name -> !name.contains(".cri")),
                        BusyboxImage.PAUSE);
    }

    private String systemctl(Path binaries) {
        return """
        #!/bin/sh
        case "$1 $2" in
            "cat containerd") echo "ExecStart=%1$s/containerd" ;;
            "restart containerd")
                echo "$*" >>%2$s/restarts
                if [ -e %2$s/containerd.pid ]; then
                    kill $(cat %2$s/containerd.pid)
                    while kill -0 $(cat %2$s/containerd.pid) 2>/dev/null; do sleep 0.1; done
                fi
                setsid %1$s/containerd >>%2$s/containerd.log 2>&1 </dev/null &
                echo $! >%2$s/containerd.pid ;;
            "show --property") cat %2$s/containerd.pid ;;
            *) exit 3 ;;
        esac
        """
                .formatted(binaries, directory());
    }

    PrivateNode node() {
        return node;
    }

    Path directory() {
        return node.directory();
    }

    /** The node's /etc/containerd/config.toml, seen from here. */
    Path configuration() {
        return directory().resolve("etc/containerd/config.toml");
    }

    /** An archive of the tests' image, which the node does not have yet. */
    Path image() {
        return directory().resolve("image.tar");
    }

    Path socket() {
        return node.view("/run/containerd/containerd.sock");
    }

    Job.Result run(String... command) {
        return node.start(List.of(command), Map.of("PATH", path)).await(DEADLINE);
    }

    List<String> restarts() throws IOException {
        Path file = directory().resolve("restarts");
        return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
    }

    String log() {
        try {
            return Files.readString(directory().resolve("containerd.log"), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Commands of sh that run their words on the node; $root is its root file system from here. */
    String entering() {
        String root = node.view("/").toString();
        String pid = Path.of(root).getParent().getFileName().toString();
        return "root=%s; on_node() { env -i PATH=%s nsenter -t %s -m -p -n -- \"$@\"; };"
                .formatted(root, path, pid);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text, UTF_8);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public void close() {
        node.close();
    }
}
