package io.reaper.runtime.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.contract.Isolation;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.StateStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecProcessTest {

    private static final String CONFIG =
            """
            {"ociVersion": "1.2.0", "process": {
               "terminal": true, "consoleSize": {"width": 80, "height": 25}, "args": ["init", "x"],
               "cwd": "/srv", "env": ["A=1"], "oomScoreAdj": 5,
               "user": {"uid": 10, "gid": 20, "additionalGids": [30], "umask": 63},
               "rlimits": [{"type": "RLIMIT_CORE", "soft": 0, "hard": 1}],
               "capabilities": {"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"],
                                "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]}}}
            """;

    @TempDir Path root;
    private final List<String> notApplied = new ArrayList<>();
    private ContainerDirectory container;

    @BeforeEach
    void create() {
        container = new StateStore(root).create(ContainerId.of("c")).orElseThrow();
        container.saveConfiguration(CONFIG.getBytes(StandardCharsets.UTF_8));
    }

    private static ExecProcess.Alike alike(boolean terminal) {
        return new ExecProcess.Alike(
                List.of("ls", "-l"),
                Optional.empty(),
                List.of(),
                terminal,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                List.of(),
                false);
    }

    @Test
    void withoutOptionsItIsTheContainersProcessWithOtherArguments() {
        Spec.ContainerProcess process = alike(false).in(container, Isolation.HOST, notApplied);
        assertEquals(List.of("ls", "-l"), process.args());
        assertEquals(List.of("A=1"), process.env());
        assertEquals("/srv", process.cwd());
        assertEquals(new Spec.User(10, 20, List.of(30), OptionalInt.of(63)), process.user());
        assertEquals(OptionalInt.of(5), process.oomScoreAdj());
        assertEquals(1, process.rlimits().size());
        assertFalse(process.terminal(), "only where it is asked for");
        assertTrue(alike(true).in(container, Isolation.HOST, notApplied).terminal());
        assertFalse(process.noNewPrivileges());
    }

    @Test
    void optionsAddOrReplace() {
        Spec.ContainerProcess process =
                new ExecProcess.Alike(
                                List.of("ls"),
                                Optional.of("/tmp"),
                                List.of("A=2", "B=3"),
                                false,
                                OptionalInt.of(11),
                                OptionalInt.of(21),
                                List.of(31),
                                List.of("CAP_CHOWN"),
                                true)
                        .in(container, Isolation.HOST, notApplied);
        assertEquals("/tmp", process.cwd());
        assertEquals(List.of("A=1", "A=2", "B=3"), process.env()); // the last counts
        assertEquals(new Spec.User(11, 21, List.of(30, 31), OptionalInt.of(63)), process.user());
        assertTrue(process.noNewPrivileges());
        Spec.Capabilities capabilities = process.capabilities();
        assertEquals(List.of("CAP_KILL", "CAP_CHOWN"), capabilities.bounding());
        assertEquals(List.of("CAP_KILL", "CAP_CHOWN"), capabilities.permitted());
        assertEquals(List.of("CAP_CHOWN"), capabilities.effective());
        assertEquals(List.of("CAP_KILL"), capabilities.inheritable());
        assertEquals(List.of("CAP_KILL"), capabilities.ambient());
    }

    @Test
    void aFileSaysAll() throws IOException {
        Path file = root.resolve("process.json");
        Files.writeString(file, "{\"args\":[\"a\"],\"cwd\":\"/\",\"execCPUAffinity\":{\"a\":1}}");
        Spec.ContainerProcess process =
                new ExecProcess.Described(file, true).in(container, Isolation.HOST, notApplied);
        assertEquals(List.of(), process.env());
        assertEquals(new Spec.User(0, 0, List.of(), OptionalInt.empty()), process.user());
        assertTrue(process.terminal());
        assertEquals(List.of("execCPUAffinity"), notApplied);
        assertFalse(
                new ExecProcess.Described(file, false)
                        .in(container, Isolation.HOST, notApplied)
                        .terminal());
    }

    @Test
    void aBadOrMissingFileIsNamed() throws IOException {
        ExecProcess missing = new ExecProcess.Described(root.resolve("none"), false);
        LinuxException e =
                assertThrows(
                        LinuxException.class,
                        () -> missing.in(container, Isolation.HOST, notApplied));
        assertEquals(
                "open " + root.resolve("none") + ": no such file or directory", e.getMessage());
        ExecProcess directory = new ExecProcess.Described(root, false);
        SpecException refused =
                assertThrows(
                        SpecException.class,
                        () -> directory.in(container, Isolation.HOST, notApplied));
        assertEquals(root + ": not a regular file", refused.getMessage());
    }
}
