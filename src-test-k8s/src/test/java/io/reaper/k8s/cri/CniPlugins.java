package io.reaper.k8s.cri;

import io.reaper.testing.DebianPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A network for pods on a node with a network namespace of its own: Debian's CNI plugins. */
final class CniPlugins {
    private CniPlugins() {}

    /** Directory of the plugins: the installed ones, else a package unpacked beside. */
    static Path programs() {
        Path installed = Path.of("/usr/lib/cni");
        return Files.isExecutable(installed.resolve("ptp"))
                ? installed
                : DebianPackage.unpacked("bookworm", "containernetworking-plugins")
                        .getFirst()
                        .resolve("usr/lib/cni");
    }

    /**
     * Writes the configuration of a network in which each pod has a link to the node.
     *
     * @param configuration directory of CNI configurations
     * @param data directory in which the given addresses are kept, a file for each
     */
    static void write(Path configuration, Path data) {
        try {
            Files.writeString(
                    configuration.resolve("10-pods.conflist"),
                    """
                    {"cniVersion": "0.4.0", "name": "pods", "plugins": [
                      {"type": "ptp", "ipMasq": false, "ipam":
                        {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.88.0.0/16"}]]}}]}
                    """
                            .formatted(data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
