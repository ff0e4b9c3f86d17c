package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Under a small limit of the caller's a verb works, or says in one line which limit it is. Of the
 * executable: a Java virtual machine needs far more than these limits, and says so in its own way.
 */
@Tag("kernel")
@Tag("native")
class SmallLimitsKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private static List<String> limited(String limits) {
        return List.of("bash", "-c", limits + "; exec \"$0\" \"$@\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ulimit -s 40",
                "ulimit -s 64",
                "ulimit -s 128",
                "ulimit -s 16384",
                "ulimit -s unlimited",
                "ulimit -v 40000",
                "ulimit -v 100000",
                "ulimit -d 4000",
                "ulimit -d 20000",
                "ulimit -d 30000",
                "ulimit -n 5",
                "ulimit -n 8",
                "ulimit -n 12",
                "ulimit -n 20",
                "ulimit -l 0",
                "ulimit -i 0",
                "ulimit -q 0",
                "ulimit -u 0"
            })
    void aVerbWorksOrSaysOneLine(String limit) {
        List<String> limited = limited(limit);
        String bundle = runtime.script("exec sleep 1000").toString();
        String id = runtime.id();
        if (!workedOrSaidOneLine(0, runtime.run(limited, "create", "-b", bundle, id))) {
            assertEquals("", runtime.ok("list", "-q"), "a create that failed leaves nothing");
            runtime.ok("create", "-b", bundle, id);
        }
        if (!workedOrSaidOneLine(0, runtime.run(limited, "start", id))) {
            runtime.ok("start", id);
        }
        for (String verb : List.of("state", "ps")) {
            workedOrSaidOneLine(0, runtime.run(limited, verb, id));
        }
        workedOrSaidOneLine(0, runtime.run(limited, "list"));
        workedOrSaidOneLine(0, runtime.run(limited, "features"));
        workedOrSaidOneLine(6, runtime.run(limited, "exec", id, "/bin/sh", "-c", "exit 6"));
        workedOrSaidOneLine(0, runtime.run(limited, "exec", "-d", id, "/bin/true"));
        workedOrSaidOneLine(0, runtime.run(limited, "delete", "--force", id));
        String six = runtime.script("exit 6").toString();
        workedOrSaidOneLine(6, runtime.run(limited, "run", "-b", six, "r-" + id));
    }

    private static boolean workedOrSaidOneLine(int status, Result result) {
        if (result.status() == status) {
            assertEquals("", result.err());
            return true;
        }
        assertTrue(result.status() == 1 || result.status() == 255, result.toString());
        assertEquals(1, result.err().lines().count(), result.err());
        assertFalse(result.err().contains("Fatal error"), result.err());
        return false;
    }

    @Test
    void theLimitIsNamedWithWhatIsNeeded() {
        assertEquals(
                "the limit of the stack is 40 KiB: at least 64 KiB are needed (ulimit -s)\n",
                runtime.run(limited("ulimit -s 40"), "list").err());
        String data = runtime.run(limited("ulimit -d 4000"), "list").err();
        assertTrue(data.matches("the limit of data is 4000 KiB: .* \\(ulimit -d\\)\n"), data);
    }

    /** What we raise for ourselves is the caller's again when the program starts. */
    @Test
    void theProgramGetsTheCallersLimits() {
        Path out = runtime.work().resolve("out");
        String show = "ulimit -Ss; ulimit -Sd; ulimit -Sv; ulimit -Sn";
        String script = "{ " + show + "; } > " + out + ".new; mv " + out + ".new " + out;
        List<String> limited =
                limited("ulimit -Ss 128; ulimit -Sd 9000; ulimit -Sv 32000; ulimit -Sn 99");
        String bundle = runtime.script(script + "; exec sleep 1000").toString();
        String id = runtime.id();
        assertEquals(new Result(0, "", ""), runtime.run(limited, "create", "-b", bundle, id));
        runtime.ok("start", id);
        String expected = "128\n9000\n32000\n99\n";
        assertEquals(expected, awaitLine(out));
        out.toFile().delete();
        assertEquals(
                new Result(0, "", ""), runtime.run(limited, "exec", id, "/bin/sh", "-c", script));
        assertEquals(expected, awaitLine(out));
    }
}
