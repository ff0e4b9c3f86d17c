package io.reaper.shim.containerd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes into a container and an exec, and output that a log takes. */
abstract class StreamScenarios extends ExecScenarios {
    private static final int LARGE = 4 << 20;
    private static final String COUNT =
            "while read word; do echo got $word; done; echo end; exit 3";

    StreamScenarios(ContainerdRelease release, Pair pair) {
        super(release, pair);
    }

    /**
     * The client ends its input once it has seen the answer: with an end before the container runs
     * the ctr of containerd 1.6 never says so, whatever shim it talks to.
     */
    @Test
    void theEndOfTheInputReachesTheContainer() {
        Path go = containerd.share().resolve("input-go");
        Job job =
                shell(
                        "(echo x; %s) | \"$@\" %s"
                                .formatted(
                                        waitFor(go),
                                        words(
                                                runArguments(
                                                        "input",
                                                        List.of("--rm"),
                                                        "sh",
                                                        "-c",
                                                        "\"$COUNT\""))));
        awaitOutput(job, "got x\n");
        create(go);
        assertEquals("got x\nend\n", job.await(PrivateContainerd.DEADLINE).expect(3).stdout());
        assertLifeOf("input", 3);
    }

    @Test
    void theEndOfTheInputReachesAnExec() {
        Path go = containerd.share().resolve("exec-input-go");
        runSleeper("exec-input");
        List<String> options = List.of("--exec-id=e", "exec-input");
        Job job =
                shell(
                        "(echo x; %s) | \"$@\" %s"
                                .formatted(
                                        waitFor(go),
                                        words(execArguments(options, "sh", "-c", "\"$COUNT\""))));
        awaitOutput(job, "got x\n");
        create(go);
        assertEquals("got x\nend\n", job.await(PrivateContainerd.DEADLINE).expect(3).stdout());
        endSleeper("exec-input");
    }

    /** Through a container, through an exec of it, and both at once. */
    @Test
    void bytesPassThroughUnchanged() throws IOException {
        byte[] bytes = new byte[LARGE];
        new Random(LARGE).nextBytes(bytes);
        Path share = containerd.share();
        Path data = Files.write(share.resolve("bytes-in"), bytes);
        Path go = share.resolve("bytes-go");
        List<String> run = runArguments("bytes", List.of("--rm"), "cat");
        List<String> exec = execArguments(List.of("--exec-id=e", "bytes"), "cat");
        Job container =
                shell(
                        "(cat %1$s; %2$s cat %1$s) | \"$@\" %3$s >%4$s"
                                .formatted(
                                        data, waitFor(go), words(run), share.resolve("bytes-run")));
        containerd.awaitStatus(containerd.namespace(), "bytes", "RUNNING");
        Job process =
                shell(
                        "cat %s | \"$@\" %s >%s"
                                .formatted(data, words(exec), share.resolve("bytes-exec")));
        process.await(PrivateContainerd.DEADLINE).expect(0);
        assertArrayEquals(bytes, Files.readAllBytes(share.resolve("bytes-exec")));
        create(go);
        container.await(PrivateContainerd.DEADLINE).expect(0);
        byte[] twice = Files.readAllBytes(share.resolve("bytes-run"));
        assertEquals(2 * LARGE, twice.length);
        assertArrayEquals(bytes, Arrays.copyOf(twice, LARGE));
        assertArrayEquals(bytes, Arrays.copyOfRange(twice, LARGE, 2 * LARGE));
    }

    /**
     * The container keeps its input while clients and containerd come and go. It ends only when its
     * last words have been seen: `ctr task attach` may lose those of one that ends as it attaches.
     */
    @Test
    void theInputStaysOpenOverClientsAndARestartOfContainerd() {
        Path never = containerd.share().resolve("never");
        Path seen = containerd.share().resolve("seen");
        String script = "for i in 1 2 3; do read word; echo got $word; done; read end; exit 5";
        run("kept", detached(), "sh", "-c", script).expect(0);
        attachAndVanish("one", never);
        attachAndVanish("two", never);
        containerd.restart(Map.of());
        containerd.awaitStatus(containerd.namespace(), "kept", "RUNNING");
        Job last =
                shell(
                        "(echo three; %s echo end; %s) | \"$@\" task attach kept"
                                .formatted(waitFor(seen), waitFor(never)));
        awaitOutput(last, "got three\n");
        create(seen);
        containerd.awaitTopic("kept", "/tasks/exit");
        create(never);
        last.await(PrivateContainerd.DEADLINE).expect(5);
        ctr("container", "delete", "kept").expect(0);
    }

    private void attachAndVanish(String word, Path never) {
        Job client =
                shell("(echo %s; %s) | \"$@\" task attach kept".formatted(word, waitFor(never)));
        awaitOutput(client, "got " + word + "\n");
        killAttached("kept");
        client.kill();
    }

    /** Kills the only client that is attached to the container. */
    final void killAttached(String id) {
        List<NodeProcess> clients =
                containerd.node().processes().stream()
                        .filter(process -> process.command().endsWith("task attach " + id))
                        .toList();
        assertEquals(1, clients.size(), clients::toString);
        containerd.node().signal(clients.getFirst().pid(), "KILL");
    }

    /** Both streams go behind what is in the file; which comes first is not said. */
    @Test
    void aLogFileTakesTheOutputOfAContainerAndAnExec() throws IOException {
        Path go = containerd.share().resolve("file-go");
        Path log = containerd.share().resolve("file.log");
        Files.writeString(log, "earlier\n");
        List<String> uri = List.of("--log-uri=file://" + log, "-d");
        String script = "echo out; echo err >&2; " + waitFor(go) + "echo last; exit 2";
        run("filed", uri, "sh", "-c", script).expect(0);
        Path other = containerd.share().resolve("exec.log");
        startExec("filed", List.of("--exec-id=e", "--log-uri=file://" + other), "echo", "of exec")
                .await(PrivateContainerd.DEADLINE)
                .expect(0);
        awaitText(other, "of exec\n");
        create(go);
        assertEnded("filed", 2);
        List<String> lines = Files.readAllLines(log);
        assertEquals("earlier", lines.getFirst());
        assertEquals(List.of("earlier", "err", "last", "out"), lines.stream().sorted().toList());
    }

    /** The program gets both streams, the ids, and the words of the query. */
    @Test
    void aLoggerProgramTakesTheOutput() throws IOException {
        Path go = containerd.share().resolve("logger-go");
        Path directory = Files.createDirectory(containerd.share().resolve("logger"));
        Path program = logger(directory);
        String uri = "--log-uri=binary://" + program + "?first=1";
        String script = "echo out; echo err >&2; " + waitFor(go) + "head -c 1000000 /dev/zero; ";
        run("logged", List.of(uri, "-d"), "sh", "-c", script + "exit 6").expect(0);
        awaitText(directory.resolve("out"), "out\n");
        awaitText(directory.resolve("err"), "err\n");
        create(go);
        assertEnded("logged", 6);
        awaitFile(directory.resolve("done"));
        assertEquals("out\n".length() + 1_000_000, Files.size(directory.resolve("out")));
        assertEquals("err\n", Files.readString(directory.resolve("err")));
        assertEquals(
                "logged %s first 1\n".formatted(containerd.namespace()),
                Files.readString(directory.resolve("done")));
    }

    @Test
    void aLoggerThatCannotRunIsNamedAndLeavesNothing() throws IOException {
        Path missing = containerd.share().resolve("no-logger");
        Job.Result result =
                run("unlogged", List.of("--log-uri=binary://" + missing), "echo", "unseen");
        assertNotEquals(0, result.exitCode(), result::toString);
        assertTrue(result.stderr().contains(missing.toString()), result::toString);
        ctr("container", "delete", "unlogged");
        assertEquals("", ctr("container", "ls", "-q").expect(0).stdout());
    }

    /** Copies its descriptors 3 and 4 into files to their end; closing 5 says that it is ready. */
    private static Path logger(Path directory) throws IOException {
        Path program = directory.resolve("logger");
        Files.writeString(
                program,
                """
                #!/bin/sh
                trap '' TERM
                cd %s
                exec 5>&-
                cat <&3 >out & cat <&4 >err & wait
                echo "$CONTAINER_ID $CONTAINER_NAMESPACE $*" >done.new; mv done.new done
                """
                        .formatted(directory));
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    final List<String> execArguments(List<String> optionsAndId, String... command) {
        List<String> line = new ArrayList<>(List.of("task", "exec"));
        line.addAll(optionsAndId);
        line.addAll(List.of(command));
        return line;
    }

    private static String words(List<String> line) {
        return String.join(" ", line).replace("\"$COUNT\"", "'" + COUNT + "'");
    }

    static void awaitOutput(Job job, String text) {
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> job.stdout().contains(text) || !job.isAlive(),
                () -> text + " in " + job.stdout() + job.stderr());
        assertTrue(job.stdout().contains(text), () -> job.stdout() + job.stderr());
    }

    private static void awaitText(Path file, String text) {
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> read(file).equals(text),
                () -> text + " in " + file + ": " + read(file));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
