package io.reaper.shim.containerd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.BusyboxImage;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.NodeProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a pair of shim and runtime must do under a containerd, besides {@link TerminalScenarios}.
 */
abstract class ContainerScenarios extends TerminalScenarios {
    private static final int LARGE = 10 << 20;

    ContainerScenarios(ContainerdRelease release, Pair pair) {
        super(release, pair);
    }

    @Test
    void aProgramThatCannotRunIsNamedAndLeavesNothing() {
        Job.Result missing = run("missing", List.of("--rm"), "/no/such/program");
        assertNotEquals(0, missing.exitCode());
        assertTrue(missing.stderr().contains("/no/such/program"), missing::toString);
        assertTrue(missing.stderr().contains("no such file or directory"), missing::toString);

        Job.Result denied = run("denied", List.of("--rm"), "/etc/passwd");
        assertNotEquals(0, denied.exitCode());
        assertTrue(denied.stderr().contains("permission denied"), denied::toString);
        assertEquals("", ctr("container", "ls", "-q").expect(0).stdout());
    }

    /** A reader that does not read yet stops the container, and loses nothing of 10 MiB. */
    @Test
    void largeOutputToASlowReaderIsComplete() throws IOException {
        Path share = containerd.share();
        Path go = share.resolve("large-go");
        Path written = share.resolve("large-written");
        Path copy = share.resolve("large-copy");
        String script =
                "head -c %d /dev/zero | tr '\\0' x; touch %s; exit 5".formatted(LARGE, written);
        Path reader = share.resolve("reader");
        Files.writeString(
                reader,
                """
                { code=0; "$@" || code=$?; echo $code >%1$s/large-code; } | {
                while [ ! -e %2$s ]; do sleep 0.1; done; cat >%3$s; }
                """
                        .formatted(share, go, copy));
        List<String> line = new ArrayList<>(List.of("/bin/sh", reader.toString()));
        line.addAll(
                containerd.ctrLine(
                        containerd.namespace(),
                        runArguments("large", List.of("--rm"), "sh", "-c", script)));
        Job job = containerd.node().start(line, Map.of());
        containerd.awaitStatus(containerd.namespace(), "large", "RUNNING");
        Path proof = share.resolve("large-other");
        // another container's whole life: time enough to write, if anything took it
        run("other", List.of("--rm"), "touch", proof.toString()).expect(0);
        assertTrue(Files.exists(proof));
        assertFalse(Files.exists(written), "10 MiB went where nobody reads");
        Files.createFile(go);
        job.await(PrivateContainerd.DEADLINE);
        assertEquals("5\n", Files.readString(share.resolve("large-code")));
        assertEquals(LARGE, Files.size(copy));
        String text = Files.readString(copy, StandardCharsets.ISO_8859_1);
        assertTrue(text.chars().allMatch(c -> c == 'x'), "10 MiB of x");
    }

    @Test
    void aUserOtherThanRootCanOpenItsStandardStreams() {
        String script = "id -u; echo out >/dev/stdout; echo err >/dev/stderr; exit 6";
        List<String> line =
                runArguments(BusyboxImage.OF_USER, "user", List.of("--rm"), "sh", "-c", script);
        Job.Result result =
                containerd.startCtr(containerd.namespace(), line).await(PrivateContainerd.DEADLINE);
        assertEquals("1000\nout\n", result.expect(6).stdout());
        assertTrue(result.stderr().startsWith("err\n"), result::toString);
    }

    /**
     * A process that double-forks, calls setsid and keeps stdout open ends with its container: the
     * client sees EOF, and the living daemon has no child left, neither alive nor zombie.
     */
    @Test
    void whatAContainerLeavesBehindEndsWithIt() {
        Path ready = containerd.share().resolve("leftover-ready");
        Path go = containerd.share().resolve("leftover-go");
        String holder = "(setsid sh -c '" + touch(ready) + "exec sleep 1000' &); ";
        String script = holder + waitFor(ready) + "echo done; exit 3";
        Job.Result result = run("holder", leftoverOptions("--rm"), "sh", "-c", script);
        assertEquals("done\n", result.expect(3).stdout());

        run(
                        "orphans",
                        leftoverOptions("-d", "--null-io"),
                        "sh",
                        "-c",
                        "(setsid sh -c 'exit 0' &); " + holder + waitFor(go))
                .expect(0);
        int pid = containerd.awaitStatus(containerd.namespace(), "orphans", "RUNNING").pid();
        int daemon = containerd.process(pid).orElseThrow().parent();
        awaitFile(ready);
        create(go);
        containerd.awaitStatus(containerd.namespace(), "orphans", "STOPPED");
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> childrenOf(daemon).isEmpty(),
                () -> "daemon " + daemon + " without children: " + childrenOf(daemon));
        assertTrue(containerd.process(daemon).isPresent(), "the daemon lives");
        assertEnded("orphans", 0);
    }

    /**
     * Containers while containerd is killed and started again: one with a log file, and one that
     * has a client before and another one afterwards.
     */
    @Test
    void containersOutliveARestartOfContainerd() throws IOException {
        Path share = containerd.share();
        Path log = share.resolve("restart.log");
        Path client = share.resolve("restart-client");
        Path go = share.resolve("restart-go");
        Path goOn = share.resolve("restart-go-on");
        Path wrote = share.resolve("restart-wrote");
        Path logged = share.resolve("restart-logged");
        String lines = "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done; ";
        String script = waitFor(client) + "echo before; " + waitFor(go) + lines + "touch $0; ";
        script += waitFor(goOn) + "echo after; exit $1";
        run("read", detached(), "sh", "-c", script, wrote.toString(), "5").expect(0);
        run(
                        "logged",
                        detached("--log-uri", "file://" + log),
                        "sh",
                        "-c",
                        script,
                        logged.toString(),
                        "4")
                .expect(0);
        Job first = containerd.startCtr(containerd.namespace(), "task", "attach", "read");
        create(client);
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> first.stdout().equals("before\n"),
                () -> "first line: " + first.stdout() + first.stderr());

        first.kill(); // ctr would remove the FIFOs if it saw containerd vanish
        containerd.kill();
        create(go);
        awaitFile(wrote);
        awaitFile(logged);
        containerd.start(Map.of());

        containerd.awaitStatus(containerd.namespace(), "read", "RUNNING");
        containerd.awaitStatus(containerd.namespace(), "logged", "RUNNING");
        Job second = containerd.startCtr(containerd.namespace(), "task", "attach", "read");
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> second.stdout().contains("line 999\n") || !second.isAlive(),
                () -> "all lines: " + second.stdout() + second.stderr());
        create(goOn);
        second.await(PrivateContainerd.DEADLINE).expect(5);
        assertEquals(numberedLines() + "after\n", second.stdout());
        ctr("container", "delete", "read").expect(0);

        assertEnded("logged", 4);
        assertEquals("before\n" + numberedLines() + "after\n", Files.readString(log));
    }

    /** Nothing of the container outlives its shim, and clients are told of an exit. */
    @Test
    @Tag("native") // containerd gives a delete 5 s: the JVM may need them for its start
    void killingTheShimEndsItsContainer() {
        Path ready = containerd.share().resolve("shim-killed-ready");
        String namespace = containerd.namespace();
        String script = "(setsid sh -c '" + touch(ready) + "exec sleep 1000' &); exec sleep 1000";
        run("orphaned", detached("--null-io"), "sh", "-c", script).expect(0);
        int pid = containerd.awaitStatus(namespace, "orphaned", "RUNNING").pid();
        awaitFile(ready);
        int daemon = containerd.process(pid).orElseThrow().parent();
        containerd.node().signal(daemon, "KILL");
        Await.until(
                PrivateContainerd.DEADLINE,
                () -> containerd.events().topics(namespace, "orphaned").contains("/tasks/delete"),
                () -> "told: " + containerd.events().of(namespace, "orphaned"));
        List<TaskEvents.Event> events = containerd.events().of(namespace, "orphaned");
        assertEquals("/tasks/exit", events.get(2).topic(), events::toString);
        assertEquals(128 + 9, events.get(2).exitStatus(), events::toString);
        containerd.awaitNoTask(namespace, "orphaned");
        ctr("container", "delete", "orphaned").expect(0);
        forgetSocketOfRuncShim();
    }

    /** A shim that has died meanwhile is cleaned up when containerd comes back. */
    @Test
    @Tag("native") // containerd gives a delete 5 s: the JVM may need them for its start
    void aShimKilledWhileContainerdIsDownLeavesNothing() {
        String namespace = containerd.namespace();
        run("lost", detached("--null-io"), "sleep", "1000").expect(0);
        int pid = containerd.awaitStatus(namespace, "lost", "RUNNING").pid();
        int daemon = containerd.process(pid).orElseThrow().parent();
        containerd.kill();
        containerd.node().signal(daemon, "KILL");
        containerd.start(Map.of());
        containerd.awaitNoTask(namespace, "lost");
        ctr("container", "delete", "lost").expect(0);
        forgetSocketOfRuncShim();
    }

    /** A killed shim of runc leaves its socket to the next machine start; ours does not. */
    private void forgetSocketOfRuncShim() {
        if (!pair.hasReaperShim()) {
            containerd.removeSockets();
        }
    }

    private List<NodeProcess> childrenOf(int parent) {
        return containerd.node().processes().stream()
                .filter(process -> process.parent() == parent)
                .toList();
    }

    private static String numberedLines() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            lines.append("line ").append(i).append('\n');
        }
        return lines.toString();
    }
}
