package io.reaper.k8s.cri;

import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import java.nio.file.Path;

/** The configuration of a containerd with CRI: version 2 for 1.x, version 3 for 2.x. */
final class ContainerdConfig {
    private static final String CRI = "io.containerd.grpc.v1.cri";

    private final ContainerdRelease release;
    private final Path directory;

    /**
     * @param directory of everything: root, state, socket, CNI
     */
    ContainerdConfig(ContainerdRelease release, Path directory) {
        this.release = release;
        this.directory = directory;
    }

    /** Where CNI configurations are looked for; with none there only the node's network is had. */
    static Path cni(Path directory) {
        return directory.resolve("cni");
    }

    /**
     * The text of config.toml.
     *
     * @param plugins directory of the CNI plugins
     */
    String text(Path plugins) {
        boolean two = release == ContainerdRelease.V2;
        return """
        version = %1$d
        root = "%2$s/root"
        state = "%2$s/state"
        disabled_plugins = %3$s
        [grpc]
          address = "%2$s/containerd.sock"
        [debug]
          level = "info"
        [plugins."io.containerd.internal.v1.opt"]
          path = "%2$s/opt"
        [plugins."io.containerd.nri.v1.nri"]
          disable = true
        %4$s
        [plugins."%5$s"]
          # a machine's root without CAP_SYS_RESOURCE cannot lower it
          restrict_oom_score_adj = true
          %6$s
        [plugins."%5$s".cni]
          conf_dir = "%7$s"
          %8$s
        [plugins."%5$s".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"
        [plugins."%5$s".containerd.runtimes.reaper-v2]
          runtime_type = "io.containerd.reaper.v2"
          pod_annotations = ["reaper.runtime/*"]
        """
                .formatted(
                        two ? 3 : 2,
                        directory,
                        ContainerdRelease.disabledPlugins(name -> name.contains(".snapshotter.")),
                        two
                                ? "[plugins.\"io.containerd.cri.v1.images\".pinned_images]\n"
                                        + "  sandbox = \"%s\"".formatted(BusyboxImage.PAUSE)
                                : "",
                        two ? "io.containerd.cri.v1.runtime" : CRI,
                        two ? "" : "sandbox_image = \"%s\"".formatted(BusyboxImage.PAUSE),
                        cni(directory),
                        two
                                ? "bin_dirs = [\"%s\"]".formatted(plugins)
                                : "bin_dir = \"%s\"".formatted(plugins));
    }
}
