package io.reaper.k8s.install;

import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.PrivateNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A private node for scripts/install-node.sh. The installer's files are in a directory of the
 * node's, with small stand-ins for the two programs.
 */
final class InstallerNode implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofMinutes(3);

    /** The interpreters that nodes have as /bin/sh. */
    enum Shell {
        DASH("dash"),
        BUSYBOX("busybox ash");

        private final String command;

        Shell(String command) {
            this.command = command;
        }
    }

    static final Path SCRIPT = Path.of("../scripts/install-node.sh").toAbsolutePath().normalize();
    private static final List<String> PROGRAMS =
            List.of("reaper-runtime", "containerd-shim-reaper-v2");

    private final Path containerd;
    private final Shell shell;
    private final PrivateNode node = new PrivateNode();

    InstallerNode(ContainerdRelease release) {
        this(release, Shell.DASH);
    }

    InstallerNode(ContainerdRelease release, Shell shell) {
        this.containerd = release.binaries().resolve("containerd");
        this.shell = shell;
        try {
            for (String directory : List.of("programs", "etc", "bin")) {
                Files.createDirectory(root().resolve(directory));
            }
            for (String program : PROGRAMS) {
                executable("programs/" + program, "echo " + program + " 1");
            }
        } catch (IOException e) {
            node.close();
            throw new UncheckedIOException(e);
        }
    }

    PrivateNode node() {
        return node;
    }

    Path containerd() {
        return containerd;
    }

    /** The directory with all that the installer may change: etc, usr and reaper. */
    Path root() {
        return node.directory();
    }

    Path configuration() {
        return root().resolve("etc/config.toml");
    }

    /** Where the installer puts the programs; it has to be told. */
    Path prefix() {
        return root().resolve("usr");
    }

    /** Writes a script for sh, which everybody may execute. */
    Path executable(String name, String script) throws IOException {
        Path file = root().resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rwxr-xr-x");
        return Files.setPosixFilePermissions(file, mode);
    }

    /** Runs the installer with this node's places; it does not restart anything. */
    Job.Result install(String... options) {
        List<String> all =
                new ArrayList<>(List.of("--config", configuration().toString(), "--containerd"));
        all.addAll(List.of(containerd.toString(), "--no-restart"));
        all.addAll(List.of(options));
        return runBare(Map.of(), all);
    }

    /** Runs it with its programs, prefix and settings, while it looks for containerd itself. */
    Job.Result runBare(Map<String, String> environment, List<String> options) {
        return startBare(environment, options).await(DEADLINE);
    }

    Job startBare(Map<String, String> environment, List<String> options) {
        List<String> line = new ArrayList<>(List.of(shell.command.split(" ", -1)));
        line.add(SCRIPT.toString());
        line.addAll(List.of("--programs", root().resolve("programs").toString()));
        line.addAll(List.of("--prefix", prefix().toString()));
        line.addAll(List.of("--settings", root().resolve("reaper/reaper.conf").toString()));
        line.addAll(options);
        Map<String, String> all = new HashMap<>(environment);
        all.put("TMPDIR", "/run");
        return node.start(line, all);
    }

    /** The configuration in use, as containerd prints it. */
    String dump() {
        return node.run(
                        containerd.toString(),
                        "--config",
                        configuration().toString(),
                        "config",
                        "dump")
                .expect(0)
                .stdout();
    }

    /** The configuration that containerd has without a file. */
    String defaults() {
        return node.run(containerd.toString(), "config", "default").expect(0).stdout();
    }

    /** Name, mode and text of every file below the root but for what the tests' node keeps. */
    SortedMap<String, String> files() {
        SortedMap<String, String> found = new TreeMap<>();
        for (String directory : List.of("etc", "usr", "reaper")) {
            Path start = root().resolve(directory);
            if (Files.exists(start)) {
                try (Stream<Path> tree = Files.walk(start)) {
                    for (Path path : tree.toList()) {
                        found.put(root().relativize(path).toString(), description(path));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return found;
    }

    private static String description(Path path) throws IOException {
        String mode =
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        return Files.isRegularFile(path)
                ? mode + " " + Files.readString(path, StandardCharsets.ISO_8859_1)
                : mode;
    }

    @Override
    public void close() {
        node.close();
    }
}
