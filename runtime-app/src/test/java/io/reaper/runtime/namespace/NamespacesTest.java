package io.reaper.runtime.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.namespace.NamespaceType;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamespacesTest {

    private static final int CASES = Boolean.getBoolean("reaper.test.long") ? 20_000 : 2_000;

    private static final List<String> TYPES =
            List.of(
                    "pid", "network", "mount", "ipc", "uts", "cgroup", "user", "time", "net",
                    "PID");

    private static final List<String> PATHS =
            List.of(
                    "",
                    "",
                    "",
                    "/proc/self/ns/pid",
                    "/proc/self/ns/pid_for_children",
                    "/proc/self/ns/net",
                    "/proc/self/ns/mnt",
                    "/proc/self/ns/uts",
                    "/proc/self/ns/user",
                    "/proc/self/ns",
                    "/proc/self/ns/none",
                    "/dev/null",
                    "/dev/ptmx",
                    "/etc/passwd/x",
                    "proc/self/ns/net",
                    "..",
                    "/" + "x".repeat(5000));

    private static Namespaces resolve(String... typesAndPaths) {
        List<IsolationSpec.Namespace> given = new ArrayList<>();
        for (int i = 0; i < typesAndPaths.length; i += 2) {
            given.add(new IsolationSpec.Namespace(typesAndPaths[i], typesAndPaths[i + 1]));
        }
        return Namespaces.resolve(given);
    }

    @Test
    void newOnesAreFlagsOfTheBirthButForTheCgroupNamespace() {
        try (Namespaces namespaces = resolve("pid", "", "uts", "", "cgroup", "")) {
            assertEquals(0x2400_0000, namespaces.newFlags());
            assertTrue(namespaces.ownPids());
            assertTrue(namespaces.isNew(NamespaceType.CGROUP));
            assertFalse(namespaces.isOwn(NamespaceType.NETWORK));
            assertEquals(
                    Set.of(NamespaceType.PID, NamespaceType.UTS, NamespaceType.CGROUP),
                    namespaces.own());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pid,pid",
        "pid,pid_for_children",
        "network,net",
        "mount,mnt",
        "ipc,ipc",
        "uts,uts",
        "cgroup,cgroup"
    })
    void aPathToTheRuntimesOwnIsInherited(String type, String file) {
        try (Namespaces namespaces = resolve(type, "/proc/self/ns/" + file)) {
            assertEquals(Set.of(), namespaces.own());
            assertEquals(0, namespaces.newFlags());
            assertEquals(List.of(), namespaces.given());
            assertTrue(namespaces.pidNamespace().isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "strange|''|linux.namespaces[1]: namespace \"strange\" does not exist",
                "uts|''|linux.namespaces[1]: malformed spec file: duplicated ns \"uts\"",
                "pid|ns/pid|linux.namespaces[1].path: \"ns/pid\" is not an absolute path",
                "pid|/none|linux.namespaces[1].path: open /none: no such file or directory",
                "pid|/dev/null|linux.namespaces[1].path: \"/dev/null\" is not a namespace:"
                        + " inappropriate ioctl for device",
                "pid|/proc/self/ns/net|linux.namespaces[1].path: \"/proc/self/ns/net\" is of type"
                        + " network, not pid: invalid argument",
                "user|''|linux.namespaces[1]: user namespaces are not supported",
            })
    void whatIsNoneIsRefusedByName(String type, String path, String text) {
        SpecException e =
                assertThrows(SpecException.class, () -> resolve("uts", "", type, path).close());
        assertEquals("config.json: " + text, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anythingIsResolvedOrRefusedInOneLineAndLeavesNothingOpen(long seed) throws Exception {
        long before = open();
        Random random = new Random(seed);
        for (int i = 0; i < CASES / 4; i++) {
            String[] given = new String[2 * random.nextInt(6)];
            for (int j = 0; j < given.length; j += 2) {
                given[j] = TYPES.get(random.nextInt(TYPES.size()));
                given[j + 1] = PATHS.get(random.nextInt(PATHS.size()));
            }
            String shown = seed + "/" + i + ": " + List.of(given);
            try (Namespaces namespaces = resolve(given)) {
                assertEquals(namespaces.given().size(), namespaces.entered().size(), shown);
            } catch (SpecException e) {
                String text = e.getMessage();
                assertTrue(text.startsWith("config.json: linux.namespaces["), shown);
                assertEquals(1, text.lines().count(), shown);
                assertTrue(text.length() < 600, shown);
            }
            checkKey(random, shown);
        }
        assertEquals(before, open());
    }

    /** What is let through stays in the part of its namespace. */
    private static void checkKey(Random random, String shown) {
        List<String> parts =
                List.of(
                        "net",
                        "kernel",
                        "fs",
                        "mqueue",
                        "msgmax",
                        "user",
                        "..",
                        ".",
                        "",
                        "/",
                        "sem",
                        "ipv4",
                        "hostname",
                        "core_pattern");
        StringBuilder key = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            key.append(parts.get(random.nextInt(parts.size())));
            key.append(i == 0 ? "" : random.nextBoolean() ? "/" : ".");
        }
        SysctlKey sysctl = SysctlKey.of(key.toString());
        if (sysctl.refusal("1", Set.of(NamespaceType.values()), "").isEmpty()) {
            Path path = Path.of("/", sysctl.path());
            assertEquals(path, path.normalize(), shown + " " + key);
            assertFalse(("/" + sysctl.path() + "/").contains("/../"), shown + " " + key);
            assertTrue(
                    path.startsWith("/net")
                            || path.startsWith("/fs/mqueue")
                            || path.startsWith("/kernel"),
                    shown + " " + key);
            assertFalse(path.endsWith("core_pattern") && path.startsWith("/kernel"), shown);
        }
    }

    private static long open() throws Exception {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }
}
