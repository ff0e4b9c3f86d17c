package io.reaper.shim.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much a container asks of its runtime. Each has a mount namespace: peers must not go without.
 */
enum BundleKind {
    /**
     * The fewest namespaces that a peer can be given: what is fairest to compare with host mode.
     */
    LEAST("a mount namespace with /proc"),
    /** What `runc spec` proposes. */
    DEFAULT("the namespaces and mounts of `runc spec`, without device rules");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String LEAST_CONFIG =
            """
            {"ociVersion": "1.0.2", "process": {"cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"]},
             "root": {}, "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
             "linux": {"namespaces": [{"type": "mount"}]}}\
            """;

    private final String text;

    BundleKind(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /**
     * Writes a config.json of a program without a terminal.
     *
     * @param cgroup of the container; empty for the runtime's own choice
     */
    void write(Setup setup, Path directory, String cgroup, List<String> command)
            throws IOException {
        write(setup, directory, cgroup, command, false);
    }

    void write(Setup setup, Path directory, String cgroup, List<String> command, boolean terminal)
            throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("config.json");
        if (this == DEFAULT) {
            Files.deleteIfExists(file);
            setup.commands("spec")
                    .time(
                            List.of(
                                    Setup.find("runc").toString(),
                                    "spec",
                                    "--bundle",
                                    directory.toString()));
        } else {
            Files.writeString(file, LEAST_CONFIG);
        }
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        ObjectNode process = (ObjectNode) config.get("process");
        process.put("terminal", terminal);
        if (process.get("capabilities") instanceof ObjectNode capabilities) {
            // some versions propose ambient ones that are not inheritable: the kernel refuses them
            capabilities.remove("ambient");
        }
        // device rules are a BPF program: crun cannot load one without CAP_SYS_RESOURCE
        ((ObjectNode) config.get("linux")).remove("resources");
        ArrayNode arguments = process.putArray("args");
        command.forEach(arguments::add);
        ((ObjectNode) config.get("root")).put("path", setup.rootfs().toString());
        if (!cgroup.isEmpty()) {
            ((ObjectNode) config.get("linux")).put("cgroupsPath", cgroup);
        }
        JSON.writeValue(file.toFile(), config);
    }
}
