package io.reaper.runtime.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.Isolation;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.linux.terminal.WindowSize;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecReaderTest {

    private static final String FULL =
            """
            {"ociVersion": "1.2.0", "hostname": "x", "unknown": {"a": [1, {"b": null}]},
             "process": {
               "terminal": false, "args": ["/bin/sh", "-c", "true"], "env": ["A=1", "B="],
               "cwd": "/tmp", "noNewPrivileges": true, "oomScoreAdj": 500,
               "user": {"uid": 4294967294, "gid": 5, "additionalGids": [6, 7], "umask": 63},
               "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1, "hard": 18446744073709551615}],
               "capabilities": {"bounding": ["CAP_KILL"], "ambient": []},
               "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 3},
               "scheduler": {"policy": "SCHED_BATCH", "nice": 5, "flags": ["SCHED_FLAG_RESET_ON_FORK"]},
               "apparmorProfile": "p", "selinuxLabel": ""},
             "root": {"path": "rootfs", "readonly": true},
             "mounts": [{"destination": "/proc"}],
             "hooks": {"prestart": []},
             "annotations": {"k": "v"},
             "linux": {"cgroupsPath": "/a/b", "namespaces": [{"type": "pid"}, {"type": "network", "path": "/x"}],
                       "resources": {"memory": {"limit": 1}}, "sysctl": {}, "seccomp": null}}
            """;

    private static final String PROCESS =
            "{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"a\"],\"cwd\":\"/\",%s}}";

    private static Spec read(String json) {
        return SpecReader.read("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static String refused(String json) {
        return assertThrows(SpecException.class, () -> read(json)).getMessage();
    }

    @Test
    void readsAllThatIsApplied() {
        Spec spec = read(FULL);
        Spec.ContainerProcess process = spec.process();
        assertEquals(List.of("/bin/sh", "-c", "true"), process.args());
        assertEquals(List.of("A=1", "B="), process.env());
        assertEquals("/tmp", process.cwd());
        assertTrue(process.noNewPrivileges());
        assertEquals(OptionalInt.of(500), process.oomScoreAdj());
        assertEquals(new Spec.User(-2, 5, List.of(6, 7), OptionalInt.of(63)), process.user());
        assertEquals(Map.of(Resource.RLIMIT_NOFILE, new Limit(1, -1)), process.rlimits());
        assertEquals(List.of("CAP_KILL"), process.capabilities().bounding());
        assertEquals(Optional.of(new Spec.IoPriority(2, 3)), process.ioPriority());
        assertEquals(
                Optional.of(new Scheduling.Attributes(3, 1, 5, 0, 0, 0, 0)), process.scheduler());
        assertEquals(Map.of("k", "v"), spec.annotations());
        assertEquals(Optional.of("/a/b"), spec.cgroupsPath());
        assertEquals(Optional.of("rootfs"), spec.rootPath());
    }

    @Test
    void listsWhatIsNotApplied() {
        assertEquals(
                List.of(
                        "hostname",
                        "process.apparmorProfile",
                        "root",
                        "mounts",
                        "linux.namespaces (pid, network)",
                        "linux.resources"),
                read(FULL).notApplied());
    }

    @Test
    void aTerminalHasASize() {
        Spec.ContainerProcess process =
                read(PROCESS.formatted(
                                "\"terminal\":true,\"consoleSize\":{\"height\":24,\"width\":80}"))
                        .process();
        assertTrue(process.terminal());
        assertEquals(Optional.of(new WindowSize(80, 24)), process.consoleSize());
        assertFalse(process.withTerminal(false).terminal());
    }

    @Test
    void aProcessAloneIsNamedWithoutItsParent() {
        List<String> notApplied = new ArrayList<>();
        byte[] good = "{\"args\":[\"a\"],\"cwd\":\"/\",\"selinuxLabel\":\"x\"}".getBytes(UTF_8);
        assertEquals(
                List.of("a"), SpecReader.readProcess("p", good, Isolation.HOST, notApplied).args());
        assertEquals(List.of("selinuxLabel"), notApplied);
        for (String[] wrong :
                new String[][] {
                    {"{}", "p: args: missing or empty: it names the program"},
                    {"{\"args\":[\"a\"]}", "p: cwd: missing: an absolute path is required"},
                    {"{\"user\":{\"uid\":-1}}", "p: user.uid: -1 is not in 0 to 4294967294"},
                    {"{\"scheduler\":{}}", "p: scheduler.policy: missing"},
                    {"[]", "p: expected an object, found an array"},
                    {
                        "{\"args\":[\"a\"],\"cwd\":\"/\"} x",
                        "p: line 1, column 26: Unrecognized token"
                    },
                }) {
            SpecException e =
                    assertThrows(
                            SpecException.class,
                            () ->
                                    SpecReader.readProcess(
                                            "p",
                                            wrong[0].getBytes(UTF_8),
                                            Isolation.HOST,
                                            notApplied));
            assertTrue(e.getMessage().startsWith(wrong[1]), e.getMessage());
        }
    }

    @Test
    void aMinimalProcessHasTheDefaults() {
        Spec spec = read(PROCESS.formatted("\"user\":null"));
        assertEquals(new Spec.User(0, 0, List.of(), OptionalInt.empty()), spec.process().user());
        assertEquals(Spec.Capabilities.NONE, spec.process().capabilities());
        assertFalse(spec.process().noNewPrivileges());
        assertTrue(spec.notApplied().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    "args":["a",5]                          | process.args[1]: expected a string, found a number
                    "args":"a"                              | process.args: expected an array, found a string
                    "args":[]                               | process.args: missing or empty: it names the program
                    "args":[""]                             | process.args[0]: is empty: it names the program
                    "args":["a",null]                       | process.args[1]: expected a string, found null
                    "args":["a\\u0000b"]                    | process.args[0]: contains a NUL character
                    "args":["\\ud83d\\ude00","\\ud83d"]     | process.args[1]: contains half of a surrogate pair
                    "args":["\\udc00\\ud83d"]               | process.args[0]: contains half of a surrogate pair
                    "env":["A\\u0000=1"]                    | process.env[0]: contains a NUL character
                    "env":["A=1","B"]                       | process.env[1]: has no "=": NAME=value is wanted
                    "env":["=1"]                            | process.env[0]: has no name
                    "env":{"A":"1"}                         | process.env: expected an array, found an object
                    "cwd":"tmp"                             | process.cwd: "tmp" is not an absolute path
                    "cwd":true                              | process.cwd: expected a string, found a boolean
                    "consoleSize":{"width":65536}           | process.consoleSize.width: 65536 is not in 0 to 65535
                    "consoleSize":{"height":-1}             | process.consoleSize.height: -1 is not in 0 to 65535
                    "terminal":"no"                         | process.terminal: expected true or false, found a string
                    "user":{"uid":-1}                       | process.user.uid: -1 is not in 0 to 4294967294
                    "user":{"uid":4294967295}               | process.user.uid: 4294967295 is not in 0 to 4294967294
                    "user":{"uid":1.0}                      | process.user.uid: expected an integer, found a number with a fraction
                    "user":{"additionalGids":[1,"x"]}       | process.user.additionalGids[1]: expected an integer, found a string
                    "user":{"umask":512}                    | process.user.umask: 512 is not in 0 to 511
                    "user":[]                               | process.user: expected an object, found an array
                    "oomScoreAdj":1001                      | process.oomScoreAdj: 1001 is not in -1000 to 1000
                    "rlimits":[{"type":"NOFILE"}]           | process.rlimits[0].type: unknown limit "NOFILE"
                    "rlimits":[{"soft":1}]                  | process.rlimits[0]: type is missing
                    "rlimits":[{"type":"RLIMIT_AS","soft":2,"hard":1}] | process.rlimits[0]: soft limit 2 is above the hard limit 1
                    "rlimits":[{"type":"RLIMIT_AS","soft":18446744073709551616}] | process.rlimits[0].soft: 18446744073709551616 is not in 0 to 18446744073709551615
                    "rlimits":[{"type":"RLIMIT_AS"},{"type":"RLIMIT_AS"}] | process.rlimits[1]: gives RLIMIT_AS again
                    "capabilities":{"bounding":"ALL"}       | process.capabilities.bounding: expected an array, found a string
                    "ioPriority":{"class":"HIGH"}           | process.ioPriority.class: unknown class "HIGH"
                    "ioPriority":{"priority":1}             | process.ioPriority.class: missing
                    "scheduler":{"policy":"FAST"}           | process.scheduler.policy: unknown policy "FAST"
                    "scheduler":{"nice":20}                 | process.scheduler.nice: 20 is not in -20 to 19
                    "scheduler":{"policy":"SCHED_OTHER","priority":1} | process.scheduler.priority: only for SCHED_FIFO and SCHED_RR
                    "scheduler":{"policy":"SCHED_RR","runtime":1} | process.scheduler: runtime, deadline and period are only for SCHED_DEADLINE
                    """)
    void namesTheProperty(String property, String problem) {
        assertEquals("config.json: " + problem, refused(PROCESS.formatted(property)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    []                                  | expected an object, found an array
                    {}                                  | ociVersion: missing
                    {"ociVersion":1}                    | ociVersion: expected a string, found a number
                    {"ociVersion":"2.0.0"}              | ociVersion: "2.0.0" is not supported, 1.x is
                    {"ociVersion":"1.2.0"}              | process: missing
                    {"ociVersion":"1.2.0","process":[]} | process: expected an object, found an array
                    {"ociVersion":"1.2.0","root":{}}    | root.path: missing
                    {"annotations":{"a":1}}             | annotations.a: expected a string, found a number
                    {"linux":{"namespaces":[5]}}        | linux.namespaces[0]: expected an object, found a number
                    {"linux":{"cgroupsPath":5}}         | linux.cgroupsPath: expected a string, found a number
                    """)
    void namesWhatIsWrongElsewhere(String json, String problem) {
        assertEquals("config.json: " + problem, refused(json));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{",
                "{\"ociVersion\":",
                "{\"ociVersion\":\"1.2.0\"",
                "nonsense",
                "{'a':1}",
                "{\"a\":1,}",
                "{\"a\":\"\u0001\"}",
                "\0\0\0\0",
                "{\"a\":01}",
                "{\"process\":{\"args\":[\"a\",",
            })
    void brokenJsonIsOneClearLine(String json) {
        String message = refused(json);
        assertTrue(message.startsWith("config.json: "), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void nothingMayFollow() {
        String json = PROCESS.formatted("\"env\":[]");
        read(json + " \n");
        assertEquals("config.json: something follows the closing brace", refused(json + "{}"));
    }

    @Test
    void deepNestingIsRefused() {
        String deep = "{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertTrue(refused(deep).contains("nesting depth"), refused(deep));
    }

    @Test
    void damagedDocumentsNeverGetThroughOtherwise() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = FULL.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = java.util.Arrays.copyOf(good, random.nextInt(good.length) + 1);
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                SpecReader.read("config.json", bad);
            } catch (SpecException e) {
                assertEquals(1, e.getMessage().lines().count(), "seed " + seed);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", document " + i, e);
            }
        }
    }
}
