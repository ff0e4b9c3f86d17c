package io.reaper.k8s.install;

import io.reaper.testing.ContainerdRelease;
import java.util.ArrayList;
import java.util.List;

/** Configurations of containerd as they are found on nodes; the texts are the tests' own. */
final class Samples {
    private Samples() {}

    /**
     * @param name for the test's name
     * @param text of config.toml
     */
    record Sample(String name, String text) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String V2 =
            """
            version = 2
            [plugins]
              [plugins."io.containerd.grpc.v1.cri"]
                sandbox_image = "registry.example/pause:3.9"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                    SystemdCgroup = true
            """;

    private static final String V3 =
            """
            version = 3
            [plugins.'io.containerd.cri.v1.images'.pinned_images]
              sandbox = 'registry.example/pause:3.9'
            [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
              runtime_type = 'io.containerd.runc.v2'
              [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
                SystemdCgroup = true
            """;

    /** Of version 2, which every containerd takes. */
    private static final List<Sample> VERSION_2 =
            List.of(
                    new Sample("kubeadm", V2),
                    new Sample("version alone", "version = 2\n"),
                    new Sample(
                            "no runtimes, as Debian ships it",
                            """
                            version = 2

                            [plugins]
                              [plugins."io.containerd.grpc.v1.cri"]
                                [plugins."io.containerd.grpc.v1.cri".cni]
                                  bin_dir = "/usr/lib/cni"
                                  conf_dir = "/etc/cni/net.d"
                            """),
                    new Sample(
                            "kind",
                            """
                            version = 2

                            [proxy_plugins]
                            # fuse-overlayfs is used for rootless
                            [proxy_plugins."fuse-overlayfs"]
                              type = "snapshot"
                              address = "/run/containerd-fuse-overlayfs.sock"

                            [plugins."io.containerd.grpc.v1.cri".containerd]
                              discard_unpacked_layers = false
                              snapshotter = "overlayfs"
                              default_runtime_name = "runc"
                            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                              runtime_type = "io.containerd.runc.v2"
                            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                              SystemdCgroup = true
                            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.test-handler]
                              runtime_type = "io.containerd.runc.v2"
                            [plugins."io.containerd.grpc.v1.cri"]
                              sandbox_image = "registry.k8s.io/pause:3.10"
                              tolerate_missing_hugepages_controller = true
                              restrict_oom_score_adj = false
                            """),
                    new Sample(
                            "minikube",
                            """
                            version = 2
                            root = "/var/lib/containerd"
                            state = "/run/containerd"
                            oom_score = 0
                            [grpc]
                              address = "/run/containerd/containerd.sock"
                              uid = 0
                              gid = 0
                            [plugins]
                              [plugins."io.containerd.grpc.v1.cri"]
                                stream_server_address = ""
                                enable_unprivileged_ports = true
                                sandbox_image = "registry.k8s.io/pause:3.10"
                                [plugins."io.containerd.grpc.v1.cri".containerd]
                                  snapshotter = "overlayfs"
                                  default_runtime_name = "runc"
                                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]
                                    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                                      runtime_type = "io.containerd.runc.v2"
                                      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                                        SystemdCgroup = true
                                [plugins."io.containerd.grpc.v1.cri".cni]
                                  bin_dir = "/opt/cni/bin"
                                  conf_dir = "/etc/cni/net.d"
                            """),
                    new Sample("carriage returns", V2.replace("\n", "\r\n")),
                    new Sample("no newline at the end", V2.strip()),
                    new Sample(
                            "comments that mention the handler",
                            V2
                                    + """
                                    # [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.reaper-v2]
                                    #   runtime_type = "io.containerd.reaper.v2" # reaper-v2
                                    """),
                    new Sample("a comment before the version", "# version = 1\n\n " + V2),
                    new Sample(
                            "an odd spelling of version", V2.replace("version =", "\"version\"=")),
                    new Sample(
                            "dotted keys",
                            """
                            version = 2
                            plugins."io.containerd.grpc.v1.cri".sandbox_image = "registry.example/pause:3.9"
                            """),
                    new Sample(
                            "a table's version is not the file's",
"""
version = 2
[proxy_plugins.x]
type = "snapshot"
version = "3"
"""));

    private static final List<Sample> VERSION_3 =
            List.of(
                    new Sample("kubeadm, version 3", V3),
                    new Sample("version 3 alone", "version = 3"),
                    new Sample("version 3 with carriage returns", V3.replace("\n", "\r\n")));

    /** All that this containerd takes. */
    static List<Sample> of(ContainerdRelease release) {
        List<Sample> all = new ArrayList<>(VERSION_2);
        if (release == ContainerdRelease.V2) {
            all.addAll(VERSION_3);
        }
        return all;
    }

    static Sample kubeadm() {
        return VERSION_2.getFirst();
    }

    /** Of version 3, with an import of all that is in a directory. */
    static String importing(String directory) {
        return V3.replace(
                "version = 3", "version = 3\nimports = [\n  '" + directory + "/*.toml'\n]");
    }
}
