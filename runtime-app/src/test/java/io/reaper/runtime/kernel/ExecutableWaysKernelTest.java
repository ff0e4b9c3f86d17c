package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.cli.CommandLines;
import io.reaper.runtime.cli.Outcome;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The executable answers as the same commands do on the JVM, in whatever locale it is called. */
@Tag("kernel")
@Tag("native")
class ExecutableWaysKernelTest {

    /** Only the program of a finished build has one. */
    private static final Pattern COMMIT =
            Pattern.compile("(commit: | *\"io.reaper.runtime.commit\": ).*\n");

    /** These calls name a state directory of their own. */
    private static final List<String> WITHOUT_ROOT =
            List.of("env", "LC_ALL=C", "sh", "-c", "p=$1; shift 3; exec \"$p\" \"$@\"", "sh");

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    @Test
    void itAnswersAsTheJvmDoes() {
        Path root = runtime.work().resolve("ways");
        assertAll(
                CommandLines.all(root)
                        .map(
                                args ->
                                        () ->
                                                assertEquals(
                                                        jvm(root, args),
                                                        executable(root, args),
                                                        () -> String.join(" ", args))));
    }

    private static Result jvm(Path root, List<String> args) throws IOException {
        CommandLines.make(root);
        Outcome outcome = Outcome.of(args.toArray(String[]::new));
        return result(outcome.status(), outcome.out(), outcome.err());
    }

    private Result executable(Path root, List<String> args) throws IOException {
        CommandLines.make(root);
        Result result = runtime.run(WITHOUT_ROOT, args.toArray(String[]::new));
        return result(result.status(), result.out(), result.err());
    }

    private static Result result(int status, String out, String err) {
        return new Result(status, COMMIT.matcher(out).replaceAll(""), err);
    }

    /** Within the image's heap, which is bounded. */
    @Test
    void itReadsTheLargestConfigurationAndRefusesALargerOne() {
        StringBuilder list = new StringBuilder("[\"0\"");
        while (list.length() < 15 * 1024 * 1024) {
            list.append(",\"").append(list.length()).append('"');
        }
        list.append(']');
        TestBundle bundle = runtime.script("exec sleep 1000");
        String document = bundle.config().toString();
        bundle.write(document.replaceFirst("\\{", "{\"linuxMore\": " + list + ","));
        runtime.ok("create", "-b", bundle.toString(), runtime.id());
        runtime.ok("delete", runtime.id());

        bundle.write(
                document.replaceFirst(
                        "\\{",
                        "{\"annotations\": {\"a\": \"" + "x".repeat(8 * 1024 * 1024) + "\"},"));
        runtime.ok("create", "-b", bundle.toString(), runtime.id());
        assertEquals(
                8 * 1024 * 1024,
                runtime.state(runtime.id()).get("annotations").get("a").asText().length());
        runtime.ok("delete", runtime.id());
    }

    @Test
    void deepNestingAndLongListsAreRefusedInOneLine() {
        TestBundle bundle = runtime.script("exec sleep 1000");
        String document = bundle.config().toString();
        for (String nested : List.of("[".repeat(1_000_000), "{\"a\":".repeat(1_000_000))) {
            bundle.write(document.replaceFirst("\\{", "{\"deep\": " + nested));
            String said = runtime.refused("create", "-b", bundle.toString(), runtime.id());
            assertTrue(said.startsWith("config.json: Document nesting depth (1001)"), said);
        }
        String many = "\"args\":[" + "\"x\",".repeat(4_000_000);
        bundle.write(document.replaceFirst("\"args\":\\[", many));
        assertEquals(
                "out of memory: what was read does not fit into the heap",
                runtime.refused("create", "-b", bundle.toString(), runtime.id()));
    }
}
