package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an isolated container cannot have yet is refused by name, or passed over with a warning. */
@Tag("kernel")
class RefusedPropertiesKernelTest {

    private static final String UNSUPPORTED = "is not supported by this version; leave it out";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private IsolatedBundle bundle;

    @BeforeEach
    void prepare() {
        bundle = IsolatedBundle.of(runtime.work().resolve("bundle"), "/bin/sleep", "1000");
    }

    /** At the end of an array if the pointer ends in "-". */
    private void set(String pointer, String value) {
        JsonPointer at = JsonPointer.compile(pointer);
        JsonNode parsed = RuntimeExtension.json(value);
        String name = at.last().getMatchingProperty();
        if (name.equals("-")) {
            ((ArrayNode) bundle.config().at(at.head())).add(parsed);
        } else {
            bundle.config().withObject(at.head()).set(name, parsed);
        }
        bundle.write();
    }

    private String[] create(String... before) {
        return List.of(List.of(before), List.of("create", "-b", bundle.toString(), runtime.id()))
                .stream()
                .flatMap(List::stream)
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    /linux/namespaces/-      | {"type": "user"}                        | linux.namespaces[5] (type user)
                    /linux/namespaces/-      | {"type": "time"}                        | linux.namespaces[5] (type time)
                    /linux/namespaces/-      | {"type": "user", "path": "/proc/self/ns/user"} | linux.namespaces[5] (type user)
                    /linux/uidMappings       | [{"containerID": 0, "hostID": 0, "size": 1}] | linux.uidMappings
                    /linux/gidMappings       | [{"containerID": 0, "hostID": 0, "size": 1}] | linux.gidMappings
                    /linux/timeOffsets       | {"boottime": {"secs": 1}}               | linux.timeOffsets
                    /linux/mountLabel        | "system_u:object_r:x:s0"                | linux.mountLabel
                    /linux/netDevices        | {"eth7": {}}                            | linux.netDevices
                    /linux/memoryPolicy      | {"mode": "MPOL_BIND", "nodes": "0"}     | linux.memoryPolicy
                    /linux/intelRdt          | {"closID": "x"}                         | linux.intelRdt
                    /process/selinuxLabel    | "system_u:system_r:x:s0"                | process.selinuxLabel
                    /process/apparmorProfile | "x"                                     | process.apparmorProfile
                    /process/execCPUAffinity | {"initial": "0"}                        | process.execCPUAffinity
                    /mounts/0/uidMappings    | [{"containerID": 0, "hostID": 0, "size": 1}] | mounts[0].uidMappings
                    /mounts/0/gidMappings    | [{"containerID": 0, "hostID": 0, "size": 1}] | mounts[0].gidMappings
                    /mounts/5/options        | ["ro", "idmap"]                         | mounts[5].options (idmap)
                    /mounts/5/options        | ["ridmap=uids=0-1-10"]                  | mounts[5].options (ridmap=uids=0-1-10)
                    """)
    void theyAreNamed(String pointer, String value, String name) {
        set(pointer, value);
        String log = runtime.work().resolve("log").toString();
        assertEquals(
                "config.json: " + name + ": " + UNSUPPORTED,
                runtime.refused(create("--log", log, "--log-format", "json")));
        String code =
                RuntimeExtension.json(RuntimeExtension.text(Path.of(log))).get("code").asText();
        assertEquals("E_CONFIG_UNSUPPORTED", code);
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void createContainerHooksAreRefused() {
        set("/hooks/createContainer", "[{\"path\": \"/bin/true\"}]");
        assertEquals(
                "config.json: hooks.createContainer: is not supported by this version in an"
                        + " isolated container; leave it out",
                runtime.refused(create()));
        set("/hooks/createContainer", "[]");
        runtime.ok(create());
    }

    @Test
    void emptyOnesAskForNothing() {
        for (String list : List.of("uidMappings", "gidMappings")) {
            set("/linux/" + list, "[]");
            set("/mounts/0/" + list, "[]");
        }
        for (String map : List.of("timeOffsets", "netDevices", "memoryPolicy", "intelRdt")) {
            set("/linux/" + map, "{}");
        }
        for (String map : List.of("resources", "seccomp", "sysctl")) {
            set("/linux/" + map, "{}");
        }
        set("/linux/mountLabel", "\"\"");
        set("/linux/rootfsPropagation", "\"\"");
        set("/process/selinuxLabel", "\"\"");
        set("/process/apparmorProfile", "\"\"");
        set("/process/execCPUAffinity", "{}");
        set("/domainname", "\"\"");
        Path log = runtime.work().resolve("log");
        runtime.ok(create("--log", log.toString()));
        assertEquals("", RuntimeExtension.text(log));
    }

    @Test
    void whatNobodyKnowsIsPassedOver() {
        set("/unheardOf", "{\"a\": [1]}");
        set("/linux/unheardOf", "true");
        set("/mounts/0/unheardOf", "\"x\"");
        set("/windows", "{\"layerFolders\": [\"x\"]}");
        Path log = runtime.work().resolve("log");
        runtime.ok(create("--log", log.toString()));
        assertEquals("", RuntimeExtension.text(log));
    }

    @Test
    void limitsFiltersAndOldControlGroupsArePassedOverWithOneWarning() throws IOException {
        set("/mounts/-", "{\"destination\": \"/sys/fs/cgroup\", \"type\": \"cgroup\"}");
        set("/linux/resources", "{\"pids\": {\"limit\": 10}}");
        set("/linux/seccomp", "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
        Path log = runtime.work().resolve("log");
        runtime.ok(create("--log", log.toString(), "--log-format", "json"));
        List<String> lines = Files.readAllLines(log);
        assertEquals(1, lines.size(), lines::toString);
        JsonNode line = RuntimeExtension.json(lines.getFirst());
        assertEquals("warning", line.get("level").asText());
        assertEquals(
                "these properties of config.json are not applied by this version:"
                        + " linux.resources, linux.seccomp"
                        + (Hierarchies.isHostUnified()
                                ? ""
                                : ", mounts[6] (cgroup on /sys/fs/cgroup)"),
                line.get("msg").asText());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    selinuxLabel    | "system_u:system_r:x:s0"
                    apparmorProfile | "x"
                    execCPUAffinity | {"initial": "0"}
                    """)
    void execGoesByTheContainersMode(String property, String value) throws IOException {
        ObjectNode process = bundle.process().deepCopy();
        process.putArray("args").add("/bin/true");
        process.set(property, RuntimeExtension.json(value));
        Path file = Files.writeString(runtime.work().resolve("process"), process.toString());
        runtime.ok(create());
        runtime.ok("start", runtime.id());
        String[] exec = {"exec", "--process", file.toString(), runtime.id()};
        assertEquals(
                new Result(
                        255,
                        "",
                        "exec failed: " + file + ": " + property + ": " + UNSUPPORTED + "\n"),
                runtime.run(List.of("env", "REAPER_ISOLATION=host"), exec));
        runtime.ok("delete", "--force", runtime.id());

        runtime.run(List.of("env", "REAPER_ISOLATION=host"), create());
        runtime.ok("start", runtime.id());
        Path log = runtime.work().resolve("log");
        runtime.ok("--log", log.toString(), exec[0], exec[1], exec[2], exec[3]);
        assertTrue(
                RuntimeExtension.text(log).contains("host mode: not applied: " + property),
                RuntimeExtension.text(log));
    }
}
