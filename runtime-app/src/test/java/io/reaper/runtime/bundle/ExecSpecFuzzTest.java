package io.reaper.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.Isolation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Process documents of exec: whatever they hold, there is a process or one clear refusal. */
class ExecSpecFuzzTest {

    private static final List<String> NAMES =
            List.of(
                    "args",
                    "env",
                    "cwd",
                    "user",
                    "uid",
                    "gid",
                    "umask",
                    "additionalGids",
                    "rlimits",
                    "type",
                    "soft",
                    "hard",
                    "capabilities",
                    "bounding",
                    "ambient",
                    "terminal",
                    "consoleSize",
                    "width",
                    "height",
                    "oomScoreAdj",
                    "noNewPrivileges",
                    "ioPriority",
                    "class",
                    "priority",
                    "scheduler",
                    "policy",
                    "nice",
                    "flags",
                    "selinuxLabel",
                    "x");

    private static final List<String> SCALARS =
            List.of(
                    "null",
                    "true",
                    "false",
                    "0",
                    "-1",
                    "1",
                    "65536",
                    "4294967295",
                    "1e3",
                    "0.5",
                    "99999999999999999999999",
                    "\"\"",
                    "\"/\"",
                    "\"a\"",
                    "\"A=1\"",
                    "\"\\u0000\"",
                    "\"RLIMIT_CORE\"",
                    "\"CAP_KILL\"",
                    "\"SCHED_RR\"",
                    "\"\\ud800\"",
                    "[]",
                    "{}",
                    "nul",
                    "\"",
                    "");

    @Provide
    Arbitrary<String> documents() {
        return object(3);
    }

    private static Arbitrary<String> value(int depth) {
        Arbitrary<String> scalar = Arbitraries.of(SCALARS);
        return depth == 0
                ? scalar
                : Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(4, scalar),
                        net.jqwik.api.Tuple.of(2, array(depth - 1)),
                        net.jqwik.api.Tuple.of(2, object(depth - 1)));
    }

    private static Arbitrary<String> array(int depth) {
        return value(depth).list().ofMaxSize(3).map(all -> "[" + String.join(",", all) + "]");
    }

    private static Arbitrary<String> object(int depth) {
        Arbitrary<String> property =
                Combinators.combine(Arbitraries.of(NAMES), value(depth))
                        .as((name, value) -> "\"" + name + "\":" + value);
        return property.list()
                .ofMaxSize(5)
                .map(all -> all.stream().collect(Collectors.joining(",", "{", "}")));
    }

    @Property(tries = 2000)
    void anyDocumentIsReadOrRefused(@ForAll("documents") String document) {
        check(document.getBytes(StandardCharsets.UTF_8));
        check(
                ("{\"args\":[\"a\"],\"cwd\":\"/\",\"deep\":"
                                + document
                                + ","
                                + document.substring(1))
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 2000)
    void anyBytesAreReadOrRefused(@ForAll byte[] document) {
        check(document);
    }

    private static void check(byte[] document) {
        try {
            Spec.ContainerProcess process =
                    SpecReader.readProcess("p", document, Isolation.HOST, new ArrayList<>());
            assertFalse(process.args().isEmpty());
            assertTrue(process.cwd().startsWith("/"));
        } catch (SpecException e) {
            assertTrue(e.getMessage().startsWith("p: "), e.getMessage());
            assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
        }
    }
}
