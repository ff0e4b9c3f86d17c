package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the runtime says: of its input no more than is good, of its answers what callers look for.
 */
@Tag("kernel")
class WordsKernelTest {

    private static final String SECRET = "hunter2hunter2";
    private static final String LONG = "x".repeat(1000);

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** What it says on standard error and in the log. */
    private String told(String... args) throws Exception {
        Path log = Files.createTempFile(runtime.work(), "log", "");
        String[] logged =
                Stream.concat(Stream.of("--debug", "--log", log.toString()), Stream.of(args))
                        .toArray(String[]::new);
        Result result = runtime.run(logged);
        assertNotEquals(0, result.status(), () -> String.join(" ", args));
        assertEquals("", result.out());
        assertFalse(result.err().isBlank());
        assertTrue(Files.readString(log).contains("level=error"), () -> String.join(" ", args));
        return result.err() + Files.readString(log);
    }

    private String created(TestBundle bundle) throws Exception {
        return told("create", "-b", bundle.write().toString(), runtime.id());
    }

    private TestBundle env(String... entries) {
        TestBundle bundle = runtime.program("true");
        var env = bundle.process().putArray("env");
        List.of(entries).forEach(env::add);
        return bundle;
    }

    @Test
    void theValueOfAVariableIsNeverTold() throws Exception {
        String first = created(env("A=1", "B " + SECRET));
        assertTrue(first.contains("process.env[1]: has no \"=\""), first);
        String broken = "{\"process\":{\"env\":[" + SECRET + "]}}";
        TestBundle damaged = runtime.program("true").write(broken);
        for (String said :
                List.of(
                        first,
                        created(env("=" + SECRET)),
                        told("create", "-b", damaged.toString(), runtime.id()),
                        told("exec", "--env", SECRET, runtime.id(), "true"),
                        told("exec", "-e", "=" + SECRET, runtime.id(), "true"),
                        told("exec", "--evn=A=" + SECRET, runtime.id(), "true"))) {
            assertFalse(said.contains("hunter"), said);
        }
    }

    /** Also of what stands in a message twice. */
    private static void assertShort(String said) {
        for (String line : said.lines().toList()) {
            long shown = line.chars().filter(c -> c == 'x').count();
            assertTrue(shown <= 220, shown + " characters: " + line); // and words of ours
        }
    }

    @Test
    void noMoreThanTwoHundredCharactersOfInputAreTold() throws Exception {
        assertShort(told("state", "x".repeat(1024)));
        assertShort(told("state", "x".repeat(2000)));
        assertShort(told("kill", runtime.id(), LONG));
        assertShort(told(LONG));
        assertShort(told("state", "--" + LONG, "a"));
        assertShort(told("state", "a", LONG));
        assertShort(told("create", "-b", "/" + LONG, runtime.id()));
        assertShort(told("create", "-b", "/x x".repeat(500), runtime.id()));
        assertShort(told("create", "--preserve-fds", LONG, runtime.id()));
        assertShort(told("list", "--format", LONG));
        assertShort(told("exec", "--user", LONG, runtime.id(), "true"));
        assertShort(told("exec", "--cwd", LONG, runtime.id(), "true"));
        assertShort(told("exec", "--process", "/" + LONG, runtime.id()));

        assertShort(created(runtime.program("/" + "x/".repeat(900))));
        assertShort(created(runtime.program(LONG)));
        TestBundle bundle = runtime.program("true");
        bundle.process().put("cwd", LONG);
        assertShort(created(bundle));
        bundle.process().put("cwd", "/x x".repeat(500));
        assertShort(created(bundle));
        TestBundle version = runtime.program("true");
        version.config().put("ociVersion", LONG);
        assertShort(created(version));
        TestBundle limit = runtime.program("true");
        limit.process().putArray("rlimits").addObject().put("type", LONG);
        assertShort(created(limit));
        TestBundle deep = runtime.program("true");
        deep.config().putObject("hooks").putArray("prestart").addObject().put("path", LONG);
        assertShort(created(deep));
        TestBundle group = runtime.program("true");
        group.linux().put("cgroupsPath", "/" + LONG + "/..");
        assertShort(created(group));
    }

    @Test
    void numbersAreOfAsciiDigits() throws Exception {
        for (String number : List.of("１", "٣", "+1", "-1", "0x1", "")) {
            for (String[] args :
                    List.of(
                            new String[] {"exec", "--user", number, runtime.id(), "true"},
                            new String[] {"exec", "--user", "1:" + number, runtime.id(), "true"},
                            new String[] {"exec", "-g", number, runtime.id(), "true"},
                            new String[] {"exec", "--preserve-fds=" + number, runtime.id(), "a"},
                            new String[] {"run", "--preserve-fds=" + number, runtime.id()},
                            new String[] {"kill", runtime.id(), number})) {
                String said = told(args);
                assertFalse(said.contains("does not exist"), said);
            }
        }
    }

    @Test
    void theAnswerOfStateIsLaidOutAsCallersLookForIt() {
        runtime.ok("create", "-b", runtime.program("sleep", "9").toString(), runtime.id());
        String state = runtime.ok("state", runtime.id());
        String pid = runtime.state(runtime.id()).get("pid").asText();
        assertTrue(state.contains("\n  \"pid\": " + pid + ",\n"), state);
        assertTrue(state.startsWith("{\n  \"ociVersion\": \"1."), state);
        assertTrue(state.endsWith("\n}\n"), state);
        assertTrue(runtime.ok("list", "-f", "json").contains("\"pid\":" + pid + ","));
    }
}
