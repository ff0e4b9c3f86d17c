package io.reaper.k8s.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Root;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** shellcheck has nothing to say about the scripts. */
final class ShellcheckTest {
    /** Scripts that run on other people's machines: not even a remark on style. */
    private static final List<String> STRICT =
            List.of(
                    "scripts/cluster.sh",
                    "scripts/kind-integration.sh",
                    "scripts/minikube-setup-runtime.sh",
                    "scripts/install-node.sh");

    private static final List<String> DIRECTORIES =
            List.of("scripts", "kubernetes", "native-toolchain", "linux/src", ".ci");

    /** As root scripts/test.sh installs it: then this fails without it. */
    @BeforeAll
    static void isThere() throws Exception {
        boolean there =
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "shellcheck")));
        if (!there) {
            Root.assume();
        }
        Assumptions.assumeTrue(there, "shellcheck is not in PATH");
    }

    @Test
    void noScriptHasAWarning() throws Exception {
        List<String> all = scripts();

        assertAll(
                () -> assertTrue(all.contains("scripts/test.sh"), all::toString),
                () -> assertEquals("", shellcheck("warning", all)));
    }

    @Test
    void whatRunsElsewhereHasNotEvenARemark() throws Exception {
        List<String> there =
                scripts().stream()
                        .filter(name -> STRICT.contains(name) || name.startsWith("kubernetes/"))
                        .toList();

        assertEquals("", shellcheck("style", there));
    }

    /** Files that say of themselves that they are scripts, or are named so. */
    private static List<String> scripts() {
        Path root = Repository.root();
        List<String> found = new ArrayList<>();
        for (String directory : DIRECTORIES) {
            try (Stream<Path> tree = Files.walk(root.resolve(directory))) {
                tree.filter(Files::isRegularFile)
                        .filter(ShellcheckTest::isScript)
                        .map(file -> root.relativize(file).toString())
                        .sorted()
                        .forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    private static boolean isScript(Path file) {
        if (file.toString().endsWith(".sh")) {
            return true;
        }
        try {
            String start = new String(Files.readAllBytes(file), UTF_8);
            return start.matches("(?s)#!\\S*[ /](ba)?sh\\n.*");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shellcheck(String severity, List<String> files) throws Exception {
        List<String> line = new ArrayList<>(List.of("shellcheck", "--severity=" + severity));
        line.addAll(files);
        Process process =
                new ProcessBuilder(line)
                        .directory(Repository.root().toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return said + (process.waitFor() == 0 ? "" : "status " + process.exitValue());
    }
}
