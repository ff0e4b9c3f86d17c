package io.reaper.k8s.kube;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands on a node, by a command that gets a shell: here it is env, and the node this machine.
 */
final class KubernetesNodeTest {
    @TempDir private Path directory;

    private KubernetesNode node() {
        return new KubernetesNode("env NODE={node}", "n-1", directory.toString());
    }

    @Test
    void wordsArriveAsTheyAre() {
        Job.Result result =
                node().run("printf", "%s|", "a  b", "it's", "", "$HOME `id` \"\\", "two\nlines");

        assertEquals("a  b|it's||$HOME `id` \"\\|two\nlines|", result.expect(0).stdout());
    }

    @Test
    void statusAndBothStreamsComeBack() {
        Job.Result result = node().run("/bin/sh", "-c", "echo $NODE; echo wrong >&2; cat; exit 42");

        assertAll(
                () -> assertEquals(42, result.exitCode()),
                () -> assertEquals("n-1\n", result.stdout()),
                () -> assertEquals("wrong\n", result.stderr()));
    }

    @Test
    void aCommandThatIsNotThereIsNotThere() {
        assertEquals(127, node().run("/no/such/command").exitCode());
    }

    @Test
    void moreOutputThanAPipeHolds() {
        Job.Result result = node().run("/bin/sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x");

        assertEquals("x".repeat(300_000), result.stdout());
    }

    @Test
    void aProgramIsReplacedWhole() throws Exception {
        byte[] content = new byte[200_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31);
        }
        Path file = Files.write(directory.resolve("new"), content);
        Path target = Files.createFile(directory.resolve("reaper-runtime"));

        node().replaceProgram("reaper-runtime", file);

        assertAll(
                () -> assertArrayEquals(content, Files.readAllBytes(target)),
                () ->
                        assertEquals(
                                PosixFilePermissions.fromString("rwxr-xr-x"),
                                Files.getPosixFilePermissions(target)),
                () -> assertEquals(Set.of("new", "reaper-runtime"), names()));
    }

    private Set<String> names() throws Exception {
        try (var files = Files.list(directory)) {
            return Set.copyOf(files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void processesAreListed() {
        long self = ProcessHandle.current().pid();

        assertTrue(
                node().processes().stream()
                        .anyMatch(
                                process ->
                                        process.pid() == self
                                                && process.command().contains("java")));
    }

    @Test
    void leftoversOfAPodAreFoundByItsUid() throws Exception {
        // a mount of this machine stands for one of the pod
        String point =
                Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                        .map(line -> line.split(" ", -1)[4])
                        .filter(it -> it.startsWith("/") && it.length() > 3)
                        .findFirst()
                        .orElseThrow();

        List<String> left = Leftovers.find(node(), List.of("no-such-uid", point.substring(1)));

        assertTrue(left.stream().anyMatch(line -> line.startsWith("mount ")), left::toString);
        assertEquals(
                List.of(),
                Leftovers.find(node(), List.of("no-such-uid")).stream()
                        .filter(line -> line.startsWith("mount") || line.startsWith("directory"))
                        .toList());
    }
}
