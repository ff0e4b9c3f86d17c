package io.reaper.shim.clients;

import io.reaper.testing.BusyboxImage;
import io.reaper.testing.DebianPackage;
import io.reaper.testing.Job;
import io.reaper.testing.PrivateNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * podman of Debian 12 with its monitor conmon and a runtime, everything below the node's directory:
 * storage, state, locks, configuration, and the programs unpacked beside the installed ones.
 */
final class PodmanClient extends ContainerClient {
    static final String REAPER = "reaper-runtime";
    static final String RUNC = "runc";

    private static final String SUITE = "bookworm";

    /** What a machine may lack of the libraries that the two programs are linked with. */
    private static final String[] LIBRARIES = {
        "libgpgme11", "libassuan0", "libsubid4", "libseccomp2", "libdevmapper1.02.1", "libglib2.0-0"
    };

    private final Path podman;
    private final Path conmon;
    private final String libraries;
    private final String runtime;

    PodmanClient(String runtime) {
        super(new PrivateNode());
        try {
            this.runtime = runtime;
            List<Path> programs = DebianPackage.unpacked(SUITE, "podman", "conmon");
            this.podman = executable(programs.getFirst().resolve("usr/bin/podman"));
            this.conmon = executable(programs.getLast().resolve("usr/bin/conmon"));
            this.libraries =
                    DebianPackage.unpacked(SUITE, LIBRARIES).stream()
                            .flatMap(PodmanClient::libraryDirectories)
                            .collect(Collectors.joining(":"));
            write("reaper.conf", "");
            createDirectory("tmp");
            createDirectory("plugins");
            createDirectory("home/.config/containers");
            write(
                    "home/.config/containers/policy.json",
                    "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
            write("storage.conf", storage());
            write("containers.conf", configuration());
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
        return List.of(podman.toString(), "--runtime", runtime, "--cgroup-manager", "cgroupfs");
    }

    @Override
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(runtimeEnvironment());
        environment.put("HOME", node.directory().resolve("home").toString());
        environment.put("TMPDIR", node.directory().resolve("tmp").toString());
        return environment;
    }

    /** Default limits of podman need CAP_SYS_RESOURCE, which a test machine may lack. */
    @Override
    List<String> runOptions() {
        return List.of(
                "--network",
                "host",
                "--cgroup-parent",
                "/" + cgroup,
                "--ulimit",
                "nofile=1024:1024",
                "--ulimit",
                "nproc=1000:1000");
    }

    @Override
    List<String> removal(String container) {
        return List.of("rm", "-f", "-t", "0", container);
    }

    @Override
    List<String> events(String container) {
        return call(
                        "events",
                        "--stream=false",
                        "--filter",
                        "container=" + container,
                        "--format",
                        "{{.Status}}")
                .expect(0)
                .stdout()
                .lines()
                .toList();
    }

    @Override
    List<Job> daemons() {
        return List.of();
    }

    @Override
    String logs() {
        return "--- runtime%n%s".formatted(tail(node.directory().resolve("runtime.log")));
    }

    /**
     * podman hands nothing of its own environment to conmon, and so to the runtime, but what its
     * configuration names.
     */
    private Map<String, String> runtimeEnvironment() {
        Path directory = node.directory();
        Map<String, String> environment = new HashMap<>();
        environment.put("CONTAINERS_CONF", directory.resolve("containers.conf").toString());
        environment.put("CONTAINERS_STORAGE_CONF", directory.resolve("storage.conf").toString());
        environment.put("LD_LIBRARY_PATH", libraries);
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("REAPER_ISOLATION", "host");
        environment.put("REAPER_CONFIG", directory.resolve("reaper.conf").toString());
        environment.put("REAPER_RUNTIME_LOG", directory.resolve("runtime.log").toString());
        return environment;
    }

    private String storage() {
        return """
        [storage]
        driver = "vfs"
        graphroot = "%1$s/storage"
        runroot = "%1$s/run"
        """
                .formatted(node.directory());
    }

    private String configuration() {
        return """
        [network]
        network_backend = "cni"
        cni_plugin_dirs = ["%1$s/plugins"]
        network_config_dir = "%1$s/plugins"
        [engine]
        cgroup_manager = "cgroupfs"
        conmon_path = ["%2$s"]
        conmon_env_vars = [%3$s]
        events_logger = "file"
        lock_type = "file"
        tmp_dir = "%1$s/tmp"
        [engine.runtimes]
        reaper-runtime = ["%4$s"]
        runc = ["%5$s"]
        """
                .formatted(
                        node.directory(),
                        conmon,
                        runtimeEnvironment().entrySet().stream()
                                .map(entry -> '"' + entry.getKey() + "=" + entry.getValue() + '"')
                                .collect(Collectors.joining(", ")),
                        programs().resolve("reaper-runtime"),
                        runc());
    }

    /** usr/lib/TRIPLET and lib/TRIPLET of an unpacked package. */
    private static Stream<String> libraryDirectories(Path root) {
        String triplet = System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux-gnu";
        return Stream.of("usr/lib/", "lib/")
                .map(directory -> root.resolve(directory + triplet))
                .filter(Files::isDirectory)
                .map(Path::toString);
    }
}
