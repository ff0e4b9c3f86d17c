package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A config.json of 12 MB with a million names. */
@Tag("kernel")
class LargeConfigKernelTest {

    private static final int NAMES = 900_000;

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private TestBundle bundle(IntFunction<String> name) {
        TestBundle bundle = runtime.program("sleep", "1000");
        String small = bundle.config().toString();
        StringBuilder large = new StringBuilder(small).deleteCharAt(small.length() - 1);
        large.append(",\"hooks\":{\"poststop\":[{\"path\":\"/bin/true\"}]},\"x\":{");
        for (int i = 0; i < NAMES; i++) {
            large.append(i == 0 ? "" : ",").append('"').append(name.apply(i)).append("\":1");
        }
        return bundle.write(large.append("}}").toString());
    }

    /** Seconds of processor time, which do not depend on what else the machine does. */
    private double seconds(String... args) throws IOException {
        Path times = runtime.work().resolve("times");
        List<String> timed =
                List.of(
                        "bash",
                        "-c",
                        "TIMEFORMAT='%U %S'; { time \"$@\" 2>&3; } 3>&2 2>" + times,
                        "bash");
        Result result = runtime.run(timed, args);
        assertEquals(new Result(0, result.out(), ""), result);
        String[] parts = Files.readString(times).strip().split(" ", -1);
        return Double.parseDouble(parts[0]) + Double.parseDouble(parts[1]);
    }

    private double life(TestBundle bundle) throws IOException {
        double longest = seconds("create", "-b", bundle.toString(), runtime.id());
        longest = Math.max(longest, seconds("start", runtime.id()));
        longest = Math.max(longest, seconds("exec", runtime.id(), "true"));
        return Math.max(longest, seconds("delete", "--force", runtime.id()));
    }

    /** Bar: a second for each verb, where the machine does nothing else. */
    @Test
    void differentNamesCostNoMoreThanEqualOnes() throws IOException {
        double equal = life(bundle(i -> "k" + (1_000_000 + i % 10)));
        double different = life(bundle(i -> "k" + (1_000_000 + i)));
        assertTrue(different < 3 * equal + 0.2, different + " s, of equal names " + equal + " s");
    }

    @Test
    void annotationsThatNobodyCouldReadAgainAreRefused() {
        TestBundle bundle = runtime.program("true");
        bundle.config()
                .putObject("annotations")
                .put("a", "x".repeat(15 << 20))
                .put("b", "y".repeat(900_000));
        runtime.ok("run", "-b", bundle.write().toString(), runtime.id());
        var annotations = bundle.config().putObject("annotations");
        for (int i = 0; i < 800_000; i++) {
            annotations.put("k" + i, "");
        }
        String refused = runtime.refused("create", "-b", bundle.write().toString(), runtime.id());
        assertTrue(refused.startsWith("config.json: annotations: state.json would have "), refused);
        assertEquals("[]", runtime.ok("list", "-f", "json").strip());
    }
}
