package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The containerd versions that the programs are tested with: those of Debian's suites. */
public enum ContainerdRelease {
    V1_6("bookworm", "1.6."),
    V1_7("trixie", "1.7."),
    V2("sid", "2.");

    private final String suite;
    private final String prefix;

    ContainerdRelease(String suite, String prefix) {
        this.suite = suite;
        this.prefix = prefix;
    }

    /**
     * Directory of this release's containerd, ctr and containerd-shim-runc-v2: /usr/bin when the
     * installed package is of it, else the suite's package unpacked beside, with nothing installed.
     *
     * @throws AssertionError when the package cannot be had, or what it holds does not run here
     */
    public Path binaries() {
        Path installed = Path.of("/usr/bin");
        if (isThis(installed)) {
            return installed;
        }
        Path unpacked = DebianPackage.unpacked(suite, "containerd").getFirst().resolve("usr/bin");
        if (!isThis(unpacked)) {
            throw new AssertionError(
                    "%s/containerd of Debian %s is not a %s that runs here: %s"
                            .formatted(unpacked, suite, prefix + "x", version(unpacked)));
        }
        return unpacked;
    }

    private boolean isThis(Path directory) {
        return Files.isExecutable(directory.resolve("containerd"))
                // containerd github.com/containerd/containerd[/v2] [v]1.6.20[~ds1] …
                && version(directory).matches("(?s)containerd \\S+ v?\\Q" + prefix + "\\E.*");
    }

    private static String version(Path directory) {
        try {
            Process process =
                    new ProcessBuilder(directory.resolve("containerd").toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            return new String(process.getInputStream().readAllBytes(), DebianPackage.TEXT).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "containerd " + prefix + "x (" + suite + ")";
    }

    /**
     * The value of {@code disabled_plugins}: what a test's containerd does without.
     *
     * @param which of them, by their names
     */
    public static String disabledPlugins(Predicate<String> which) {
        return Stream.of(
                        "io.containerd.grpc.v1.cri",
                        "io.containerd.cri.v1.images",
                        "io.containerd.cri.v1.runtime",
                        "io.containerd.nri.v1.nri",
                        "io.containerd.snapshotter.v1.aufs",
                        "io.containerd.snapshotter.v1.blockfile",
                        "io.containerd.snapshotter.v1.btrfs",
                        "io.containerd.snapshotter.v1.devmapper",
                        "io.containerd.snapshotter.v1.zfs")
                .filter(which)
                .map(name -> '"' + name + '"')
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
