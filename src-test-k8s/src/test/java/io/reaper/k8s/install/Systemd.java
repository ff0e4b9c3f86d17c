package io.reaper.k8s.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A containerd that runs on an {@link InstallerNode}, with a systemctl that stands in for systemd:
 * it shows the unit and restarts containerd, and writes down each restart.
 */
final class Systemd {
    private final InstallerNode node;
    private final Path programs;
    private final Path configuration;

    /**
     * @param programs directory of containerd and ctr
     * @param beforeStart commands of sh, run before containerd is started anew; $config is the file
     *     that it will read, $root the node's directory. A file named "hang" there makes a restart
     *     hang; commands in one named "hopeless" let time fly from when they succeed until the next
     *     restart: the installer can have all patience with what comes, and none with what does not
     */
    Systemd(InstallerNode node, Path programs, Path configuration, String beforeStart)
            throws IOException {
        this.node = node;
        this.programs = programs;
        this.configuration = configuration;
        node.executable(
                "bin/systemctl",
                """
                root=%1$s
                config=%2$s
                programs=%3$s
                case "$1 $2" in
                    "cat containerd")
                        printf '[Service]\\nExecStart=\\nExecStart=-%%s/containerd --config %%s\\n' "$programs" "$config" ;;
                    "show --property") cat $root/containerd.pid ;;
                    "is-active --quiet") [ "$3" = k3s-agent ] ;;
                    restart*)
                        echo "$*" >>$root/restarts
                        rm -f $root/hopeless
                        [ ! -e $root/hang ] || exec sleep 600
                        if [ -e $root/containerd.pid ]; then
                            kill $(cat $root/containerd.pid)
                            while kill -0 $(cat $root/containerd.pid) 2>/dev/null; do sleep 0.1; done
                        fi
                        %4$s
                        setsid $programs/containerd --config $config >>$root/containerd.log 2>&1 </dev/null &
                        echo $! >$root/containerd.pid ;;
                esac
                """
                        .formatted(node.root(), configuration, programs, beforeStart));
        node.executable(
                "bin/date",
                """
                root=%1$s
                late=$(cat $root/late 2>/dev/null)
                if [ -e $root/hopeless ] && sh $root/hopeless >/dev/null 2>&1; then
                    late=$((late + 1000))
                    echo $late >$root/late
                fi
                echo $(($(/bin/date "$@") + late))\
                """
                        .formatted(node.root()));
    }

    /** A configuration for a containerd of the node's own, with CRI and without the handler. */
    static String configuration(InstallerNode node, int version) {
        return """
        version = %1$d
        root = "%2$s/root"
        state = "%2$s/state"
        disabled_plugins = %3$s
        [grpc]
          address = "%2$s/containerd.sock"
        [plugins."io.containerd.internal.v1.opt"]
          path = "%2$s/opt"
        [plugins."%4$s"]
          restrict_oom_score_adj = true
        """
                .formatted(
                        version,
                        node.root(),
                        ContainerdRelease.disabledPlugins(name -> !name.contains(".cri")),
                        version == 2
                                ? "io.containerd.grpc.v1.cri"
                                : "io.containerd.cri.v1.runtime");
    }

    /** Starts containerd, as a node does when it boots. */
    void boot() {
        node.node().run(node.root().resolve("bin/systemctl").toString(), "restart", "x").expect(0);
        node.node()
                .run(
                        "sh",
                        "-c",
                        "for i in $(seq 600); do %s -a %s/containerd.sock plugins ls && exit; sleep 0.1; done; exit 1"
                                .formatted(programs.resolve("ctr"), node.root()))
                .expect(0);
        try {
            Files.delete(node.root().resolve("restarts"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the installer, which finds the containerd by itself. */
    Job.Result install(String... options) {
        return start(options).await(InstallerNode.DEADLINE);
    }

    Job start(String... options) {
        String path = node.root().resolve("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin";
        return node.startBare(Map.of("PATH", path), List.of(options));
    }

    /** What restarts were asked for since the boot. */
    List<String> restarts() throws IOException {
        Path file = node.root().resolve("restarts");
        return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
    }

    /** The lines about CRI in what the running containerd says of its plugins. */
    List<String> cri() {
        return node.node()
                .run(
                        programs.resolve("ctr").toString(),
                        "-a",
                        node.root() + "/containerd.sock",
                        "plugins",
                        "ls")
                .expect(0)
                .stdout()
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("\\S+ +cri .*|io.containerd.cri.v1 .*"))
                .toList();
    }

    Path configuration() {
        return configuration;
    }
}
