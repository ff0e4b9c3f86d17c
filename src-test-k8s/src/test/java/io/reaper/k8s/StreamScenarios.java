package io.reaper.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Commands in containers, attached clients, forwarded ports. */
public abstract class StreamScenarios<C extends Cluster> extends RunScenarios<C> {
    private static final String ENTER = "\r";

    /** Answers lines on a terminal. */
    private static final String TERMINAL =
            "while read a; do case $a in size) stty size;; end) exit 4;; *) echo \"got $a\";;"
                    + " esac; done";

    @Test
    void aCommandRunsAsTheContainersUserAndTellsItsExitCode() {
        ContainerSpec container =
                ContainerSpec.of("main", "/bin/sleep", "1000")
                        .withUser(1000, 2000)
                        .withWorkingDir("/usr")
                        .withEnv(Map.of("GREETING", "hello"));
        Pod pod = run(PodSpec.of("exec", container).withSupplementalGroups(3000L));
        awaitRunning(pod, "main");
        String script = "echo $GREETING; id -u; id -g; pwd; echo problem >&2; exit 42";
        ExecResult result = pod.exec("main", List.of("/bin/sh", "-c", script)).expect(42);
        assertEquals("hello\n1000\n2000\n/usr\n", result.stdout());
        assertEquals("problem\n", result.stderr());
        assertEquals("", pod.exec("main", List.of("/bin/true")).expect(0).stdout());

        PodException missing =
                assertThrows(
                        PodException.class, () -> pod.exec("main", List.of("/no/such/program")));
        assertTrue(missing.getMessage().contains("/no/such/program"), missing::getMessage);
        assertTrue(missing.getMessage().contains("no such file"), missing::getMessage);
        assertTrue(pod.status("main").isRunning());
    }

    @Test
    void aCommandReadsWhatIsTyped() {
        Pod pod = run(PodSpec.of("exec-stdin", ContainerSpec.of("main", "/bin/sleep", "1000")));
        awaitRunning(pod, "main");
        String script = "while read a; do echo \"got $a\"; [ \"$a\" != end ] || exit 7; done";
        try (Session session =
                pod.execInteractive("main", false, List.of("/bin/sh", "-c", script))) {
            session.type("one\n");
            session.awaitOutput("got one\n", DEADLINE);
            session.type("two\nend\n");
            assertEquals(OptionalInt.of(7), session.awaitEnd(DEADLINE));
            assertEquals("got one\ngot two\ngot end\n", session.output());
        }
    }

    @Test
    void aCommandHasATerminalOfTheClientsSize() {
        Pod pod = run(PodSpec.of("exec-tty", ContainerSpec.of("main", "/bin/sleep", "1000")));
        awaitRunning(pod, "main");
        try (Session session = pod.execInteractive("main", true, List.of("sh", "-c", TERMINAL))) {
            session.type("one" + ENTER);
            session.awaitOutput("got one\r\n", DEADLINE);
            session.resize(132, 43);
            awaitSize(session, "43 132");
            session.type("end" + ENTER);
            assertEquals(OptionalInt.of(4), session.awaitEnd(DEADLINE));
        }
    }

    /** Nobody is told when a resize is done, and it may be later than what is typed after it. */
    private static void awaitSize(Session session, String size) {
        Await.until(
                DEADLINE,
                () -> {
                    session.type("size" + ENTER);
                    return session.output().contains(size + "\r\n");
                },
                () -> "a terminal of " + size + ": " + session.output());
    }

    @Test
    void anAttachedClientTypesOnTheContainersTerminal() {
        Pod pod =
                run(
                        PodSpec.of(
                                "attach-tty",
                                ContainerSpec.script("main", TERMINAL).withTerminal()));
        awaitRunning(pod, "main");
        try (Session session = pod.attach("main")) {
            typeUntilHeard(session, "one" + ENTER, "got one\r\n");
            session.resize(100, 30);
            awaitSize(session, "30 100");
        }
        assertTrue(pod.status("main").isRunning(), "it goes on without a client");
        try (Session session = pod.attach("main")) {
            typeUntilHeard(session, "again" + ENTER, "got again\r\n");
            session.type("end" + ENTER);
            assertEquals(4, awaitEnd(pod, "main").exitCode());
        }
        assertTrue(pod.logs("main").contains("got again"), () -> pod.logs("main"));
    }

    @Test
    void anAttachedClientTypesIntoTheContainersStandardInput() {
        String script = "while read a; do [ $a != end ] || exit 5; echo \"got $a\"; done";
        Pod pod = run(PodSpec.of("attach-stdin", ContainerSpec.script("main", script).withStdin()));
        awaitRunning(pod, "main");
        try (Session session = pod.attach("main")) {
            typeUntilHeard(session, "one\n", "got one\n");
            session.type("end\n");
            assertEquals(5, awaitEnd(pod, "main").exitCode());
        }
    }

    /**
     * Once each second: containerd passes on what an attached client types a moment before it lets
     * the client hear the container, and what the container says in between is not for it.
     */
    private static void typeUntilHeard(Session session, String line, String answer) {
        long[] next = {System.nanoTime()};
        Await.until(
                DEADLINE,
                () -> {
                    if (System.nanoTime() - next[0] >= 0) {
                        session.type(line);
                        next[0] = System.nanoTime() + Duration.ofSeconds(1).toNanos();
                    }
                    return session.output().contains(answer);
                },
                () -> "'" + answer + "' is heard: " + session.output());
    }

    /** Without stdin a program finds its end at once. */
    @Test
    void standardInputHasEndedWhereNobodyCanType() {
        Pod pod = run(PodSpec.of("no-stdin", ContainerSpec.script("main", "cat; echo ended")));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        assertEquals("ended\n", pod.logs("main"));
    }

    @Test
    void aPortOfAPodInTheNodesNetworkIsForwarded() {
        int port = freePort();
        // the node of a cluster has the one, the image and a small machine the other
        String answer = "read -r a; echo answer to $a";
        String script =
                "echo '%1$s' >/tmp/answer-%2$d; echo ready; if [ -x /bin/busybox ]; then /bin/busybox nc"
                                .formatted(answer, port)
                        + " -l -p %1$d -e /bin/sh /tmp/answer-%1$d; else socat TCP-LISTEN:%1$d,reuseaddr"
                                .formatted(port)
                        + " SYSTEM:'sh /tmp/answer-%1$d'; fi; rm /tmp/answer-%1$d".formatted(port);
        Pod pod = run(PodSpec.of("port", ContainerSpec.script("main", script)));
        awaitLog(pod, "main", "ready");
        PodException refused = assertThrows(PodException.class, () -> pod.forward(1, "question\n"));
        assertTrue(refused.getMessage().contains("refused"), refused::getMessage);
        assertEquals("answer to question\n", forwarded(pod, port, "question\n"));
        assertEquals(0, awaitEnd(pod, "main").exitCode());
        assertThrows(PodException.class, () -> pod.forward(port, "question\n"));
    }

    /** The program is ready a moment before its port is. */
    private static String forwarded(Pod pod, int port, String text) {
        String[] answer = new String[1];
        Await.until(
                DEADLINE,
                () -> {
                    try {
                        answer[0] = pod.forward(port, text);
                        return true;
                    } catch (PodException e) {
                        answer[0] = e.getMessage();
                        return false;
                    }
                },
                () -> "port " + port + " answers: " + answer[0] + ", " + pod.logs("main"));
        return answer[0];
    }

    /**
     * One on which nobody listens on this machine, which is what the node's network is but in a
     * cluster: outside of the range from which the kernel takes those of clients.
     */
    private static int freePort() {
        int first = (int) (ProcessHandle.current().pid() % 10_000);
        return IntStream.range(0, 10_000)
                .map(i -> 20_000 + (first + i) % 10_000)
                .filter(StreamScenarios::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
