package io.reaper.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Programs: how they are started, what they write, how they end. */
public abstract class RunScenarios<C extends Cluster> extends PodFixture<C> {
    private static final int LINES = 10_000;

    /** A line of the large output has 1000 bytes with its number and newline. */
    private static final int PADDING = 990;

    @Test
    void aPodRunsToCompletion() {
        Pod pod = run(PodSpec.of("hello", ContainerSpec.script("main", "echo hello from reaper")));
        ContainerStatus status = awaitEnd(pod, "main");
        assertEquals(0, status.exitCode());
        assertEquals("Completed", status.reason());
        assertEquals("hello from reaper\n", pod.logs("main"));
    }

    @Test
    void exitCodesAreExact() {
        Pod pod =
                run(
                        PodSpec.of(
                                "codes",
                                ContainerSpec.of("zero", "/bin/true"),
                                ContainerSpec.script("one", "exit 1"),
                                ContainerSpec.script("other", "exit 42"),
                                // a shell may execute its last command itself
                                ContainerSpec.script("killed", "sh -c 'kill -9 $$'; exit $?")));
        Map<String, Integer> codes = Map.of("zero", 0, "one", 1, "other", 42, "killed", 137);
        codes.forEach(
                (container, code) -> {
                    ContainerStatus status = awaitEnd(pod, container);
                    assertEquals(code, status.exitCode(), container);
                    assertEquals(code == 0 ? "Completed" : "Error", status.reason(), container);
                });
    }

    @Test
    void eachStreamKeepsItsOrder() {
        String script =
                "i=0; while [ $i -lt 500 ]; do echo out-$i; echo err-$i >&2; i=$((i+1)); done";
        Pod pod = run(PodSpec.of("order", ContainerSpec.script("main", script)));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        List<String> lines = pod.logs("main").lines().toList();
        for (String stream : List.of("out-", "err-")) {
            assertEquals(
                    IntStream.range(0, 500).mapToObj(i -> stream + i).toList(),
                    lines.stream().filter(line -> line.startsWith(stream)).toList());
        }
        assertEquals(1000, lines.size());
    }

    /** 10 MB, and at their end no newline. */
    @Test
    void largeOutputIsComplete() {
        String padding = "x".repeat(PADDING);
        String script =
                "i=10000; while [ $i -lt %d ]; do echo \"$i $P\"; i=$((i+1)); done; printf end"
                        .formatted(10_000 + LINES);
        Pod pod =
                run(
                        PodSpec.of(
                                "large",
                                ContainerSpec.script("main", script)
                                        .withEnv(Map.of("P", padding))));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        String log = pod.logs("main");
        // whether the last line gets a newline is the log reader's affair
        List<String> lines = log.lines().toList();
        assertEquals(LINES + 1, lines.size());
        for (int i = 0; i < LINES; i++) {
            assertEquals(10_000 + i + " " + padding, lines.get(i));
        }
        assertEquals("end", lines.getLast());
    }

    @Test
    void environmentArgumentsAndWorkingDirectoryAreTheSpecifications() {
        String script = "echo \"$GREETING|$EMPTY|$#|$1|$2\"; pwd";
        ContainerSpec container =
                ContainerSpec.of("main", "/bin/sh", "-c")
                        .withArgs(script, "sh", "two words", "*")
                        .withEnv(Map.of("GREETING", "a b = 'c'", "EMPTY", ""))
                        .withWorkingDir("/usr");
        Pod pod = run(PodSpec.of("process", container));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        assertEquals("a b = 'c'||2|two words|*\n/usr\n", pod.logs("main"));
    }

    @Test
    void userGroupAndSupplementalGroupsAreTheSpecifications() {
        Pod pod =
                run(
                        PodSpec.of(
                                        "user",
                                        ContainerSpec.script("main", "id -u; id -g; id -G")
                                                .withUser(1000, 2000),
                                        ContainerSpec.script("root", "id -u; id -g"))
                                .withSupplementalGroups(3000L, 4000L));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        assertEquals(0, awaitEnd(pod, "root").exitCode());
        List<String> lines = pod.logs("main").lines().toList();
        assertEquals(List.of("1000", "2000"), lines.subList(0, 2));
        List<String> groups = new ArrayList<>(List.of(lines.get(2).split(" ", -1)));
        groups.sort(String::compareTo);
        assertEquals(List.of("2000", "3000", "4000"), groups);
        assertEquals("0\n0\n", pod.logs("root"));
    }

    @Test
    void aProgramThatIsNotThereIsAStartErrorWhichNamesIt() {
        assertStartError("/no/such/program", "no such file or directory");
    }

    @Test
    void aProgramThatMayNotBeExecutedIsAStartErrorWhichNamesIt() {
        assertStartError("/etc/passwd", "permission denied");
    }

    private void assertStartError(String program, String reason) {
        Pod pod =
                run(
                        PodSpec.of(
                                "start-error",
                                ContainerSpec.of("broken", program),
                                ContainerSpec.of("whole", "/bin/sleep", "1000")));
        ContainerStatus status = awaitEnd(pod, "broken");
        assertEquals(128, status.exitCode());
        assertEquals("StartError", status.reason());
        assertTrue(status.message().contains(program), status::toString);
        assertTrue(status.message().contains(reason), status::toString);
        awaitRunning(pod, "whole");
        assertTrue(pod.isReady(), "the pod's other container goes on");
    }
}
