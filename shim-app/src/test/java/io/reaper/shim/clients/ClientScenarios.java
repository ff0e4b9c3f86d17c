package io.reaper.shim.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.terminal.WindowSize;
import io.reaper.testing.Await;
import io.reaper.testing.Job;
import io.reaper.testing.NodeProcess;
import io.reaper.testing.Root;
import io.reaper.testing.TerminalJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.opentest4j.TestAbortedException;

/**
 * What every client's user expects. One client serves all tests of a class; after each one nothing
 * of its containers may be left, and after a failed one a fresh client is started.
 *
 * <p>The command lines work in the image and, in host mode, on the machine.
 */
@Tag("containerd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientScenarios {
    private static final int LARGE = 1 << 20;

    /** A shell's function that waits until the terminal has a size of rows and columns. */
    private static final String AWAIT_SIZE =
            "size() { while [ \"$(stty size)\" != \"$1\" ]; do sleep 0.05; done; echo is $1; }; ";

    ContainerClient client;
    private TestAbortedException reasonToSkip;

    /** Starts the client. */
    abstract ContainerClient connect();

    /** The client's words for a container's life that ends by itself. */
    abstract List<String> life();

    @RegisterExtension final AfterTestExecutionCallback leftovers = this::afterTest;

    private void afterTest(ExtensionContext context) {
        boolean clean = false;
        try {
            if (context.getExecutionException().isEmpty()) {
                client.assertNothingLeft();
                clean = true;
            }
        } finally {
            if (!clean) {
                System.err.println(context.getDisplayName() + " failed");
                System.err.println(client.diagnostics());
                client.close();
                client = connect();
            }
        }
    }

    @BeforeAll
    void startClient() {
        try {
            Root.assume();
            client = connect();
        } catch (TestAbortedException e) {
            reasonToSkip = e;
        }
    }

    /**
     * Reported for each test: a class that is skipped as a whole leaves no trace in the reports.
     */
    @BeforeEach
    void skipWhereNothingRuns() {
        if (reasonToSkip != null) {
            throw reasonToSkip;
        }
    }

    @AfterAll
    void closeClient() {
        if (client != null) {
            client.close();
        }
    }

    @Test
    void runPassesOutputAndExitCode() {
        for (int code : new int[] {0, 1, 7}) {
            Job.Result result = run("echo out; echo err >&2; exit " + code).expect(code);
            assertEquals("out\n", result.stdout());
            assertEquals("err\n", result.stderr());
        }
        run("sh -c 'kill -9 $$'; exit $?").expect(128 + 9);

        List<String> process = List.of("--rm", "-u", "1000:1000", "-e", "WORD=hello", "-w", "/tmp");
        String script = "echo $(id -u) $(id -g) $WORD $PWD";
        Job.Result result = client.call(client.runArguments(process, "sh", "-c", script));
        assertEquals("1000 1000 hello /tmp\n", result.expect(0).stdout());
    }

    @Test
    void aProgramThatCannotRunIsNamed() {
        assertRefused(List.of(127), client.runArguments(List.of("--rm"), "/no/such/program"));
        assertRefused(List.of(126), client.runArguments(List.of("--rm"), "/etc/passwd"));
    }

    @Test
    void aContainerIsStoppedStartedAgainAndKilled() {
        // no child, whose end could be waited for, is alive when the signal comes
        String script = "trap 'echo bye; exit 43' TERM; echo err >&2; echo out; ";
        detach("life", script + "while :; do sleep 0.05; done");
        client.awaitLogs("life", "out");
        String[] state = client.inspect("life", "{{.State.Status}} {{.State.Pid}}").split(" ", -1);
        assertEquals("running", state[0]);
        assertTrue(alive(Integer.parseInt(state[1])), () -> "pid " + state[1]);
        assertEquals("life\n", client.call("ps", "--format", "{{.Names}}").expect(0).stdout());

        client.call("stop", "-t", "60", "life").expect(0);
        assertEquals("43\n", client.call("wait", "life").expect(0).stdout());
        assertEquals("exited 43", client.inspect("life", "{{.State.Status}} {{.State.ExitCode}}"));
        Job.Result log = client.call("logs", "life").expect(0);
        assertEquals("out\nbye\n", log.stdout());
        assertEquals("err\n", log.stderr());

        client.call("start", "life").expect(0);
        assertEquals("running", client.inspect("life", "{{.State.Status}}"));
        client.call("kill", "life").expect(0);
        assertEquals("137\n", client.call("wait", "life").expect(0).stdout());
        client.call("restart", "life").expect(0);
        client.remove("life");
    }

    @Test
    void stopKillsWhatIgnoresItsSignal() {
        detach("stubborn", "trap '' TERM; echo ready; while :; do sleep 0.05; done");
        client.awaitLogs("stubborn", "ready");
        client.call("stop", "-t", "1", "stubborn").expect(0);
        assertEquals("137\n", client.call("wait", "stubborn").expect(0).stdout());
        client.call("rm", "stubborn").expect(0);
    }

    @Test
    void eventsTellALife() {
        client.call(client.runArguments(List.of("--name", "told"), "sh", "-c", "exit 3")).expect(3);
        client.call("rm", "told").expect(0);
        List<String> expected = life();
        Await.until(
                ContainerClient.DEADLINE,
                () -> client.events("told").containsAll(expected),
                () -> expected + " of " + client.events("told"));
        assertEquals(expected, client.events("told").stream().filter(expected::contains).toList());
    }

    @Test
    void stdinReachesTheProgramAndEnds() {
        List<String> run = client.runArguments(List.of("-i", "--rm"), "cat");
        assertEquals("x\ny\n", client.callWithInput("printf 'x\\ny\\n'", run).expect(0).stdout());
        String large = "head -c %d /dev/zero | tr '\\0' z".formatted(LARGE);
        assertEquals(LARGE, client.callWithInput(large, run).expect(0).stdout().length());
    }

    /** What has left its session and holds the streams, too. */
    @Test
    void forcedRemovalEndsEverything() {
        detach("busy", "(setsid sleep 1000 &); echo ready; exec sleep 1000");
        client.awaitLogs("busy", "ready");
        client.remove("busy");
    }

    @Test
    void execRunsInARunningContainer() {
        detach("host", "exec sleep 1000");
        Job.Result result = exec(List.of(), "echo out; echo err >&2; exit 5").expect(5);
        assertEquals("out\n", result.stdout());
        assertTrue(result.stderr().startsWith("err\n"), result::toString);
        exec(List.of(), "sh -c 'kill -9 $$'; exit $?").expect(128 + 9);

        List<String> process = List.of("-u", "1000:1000", "-e", "WORD=hello", "-w", "/tmp");
        result = exec(process, "echo $(id -u) $(id -g) $WORD $PWD");
        assertEquals("1000 1000 hello /tmp\n", result.expect(0).stdout());

        List<String> cat = execArguments(List.of("-i"), "cat");
        assertEquals("x\ny\n", client.callWithInput("printf 'x\\ny\\n'", cat).expect(0).stdout());

        Path proof = client.share().resolve("exec");
        exec(List.of("-d"), "touch " + proof).expect(0);
        Await.until(ContainerClient.DEADLINE, () -> Files.exists(proof), () -> proof + " is there");

        // docker says 126 for both
        assertRefused(List.of(126, 127), execArguments(List.of(), "/no/such/program"));
        assertRefused(List.of(126), execArguments(List.of(), "/etc/passwd"));
        assertEquals("running", client.inspect("host", "{{.State.Status}}"));
        client.call("kill", "host").expect(0);
        client.call("wait", "host").expect(0);
        assertNotEquals(0, exec(List.of(), "true").exitCode());
        client.call("rm", "host").expect(0);
    }

    @Test
    void execsEndWithTheirContainer() {
        detach("host", "exec sleep 1000");
        Path ready = client.share().resolve("exec-ready");
        Job exec =
                client.start(
                        execArguments(
                                List.of(), "sh", "-c", "touch " + ready + "; exec sleep 1000"));
        Await.until(ContainerClient.DEADLINE, () -> Files.exists(ready), () -> ready + " is there");
        client.remove("host");
        assertNotEquals(0, exec.await(ContainerClient.DEADLINE).exitCode());
    }

    @Test
    void aContainerCanBeUsedOnATerminal() {
        useTerminal(client.runArguments(List.of("-it", "--rm"), "sh", "-c", terminalScript()));
    }

    @Test
    void anExecCanBeUsedOnATerminal() {
        detach("host", "exec sleep 1000");
        useTerminal(execArguments(List.of("-it"), "sh", "-c", terminalScript()));
        client.remove("host");
    }

    @Test
    void aTerminalLosesNothingOfLargeOutput() {
        String script = "head -c %d /dev/zero | tr '\\0' z; exit 4".formatted(LARGE);
        List<String> run = client.runArguments(List.of("-it", "--rm"), "sh", "-c", script);
        try (TerminalJob terminal = client.startOnTerminal(run)) {
            String screen = terminal.await(ContainerClient.DEADLINE).expect(4).stdout();
            assertEquals("z".repeat(LARGE), screen.substring(0, Math.min(LARGE, screen.length())));
        }
    }

    private static String terminalScript() {
        return AWAIT_SIZE
                + "size '24 80'; size '50 132'; read line; echo \"got $line\"; "
                + "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.05; done";
    }

    /** Types, resizes, interrupts; the user's own terminal is afterwards what it was. */
    private void useTerminal(List<String> arguments) {
        try (TerminalJob terminal = client.startOnTerminal(arguments)) {
            terminal.awaitScreen("is 24 80\r\n");
            resizeUntilShown(terminal, new WindowSize(132, 50), "is 50 132\r\n");
            terminal.type("hello\r");
            terminal.awaitScreen("got hello\r\n");
            terminal.awaitScreen("ready\r\n");
            terminal.type("\3");
            Job.Result result = terminal.await(ContainerClient.DEADLINE).expect(9);
            assertTrue(result.stdout().contains("interrupted\r\n"), result::toString);
            List<String> settings = List.of(result.stdout().split("\\s+", -1));
            List<String> cooked = List.of("icanon", "echo", "isig", "opost", "icrnl");
            assertTrue(settings.containsAll(cooked), result::toString);
        }
    }

    /**
     * Once each second: docker misses a change between its first look at the size and the moment
     * from which on it is told of changes, which is when an exec's start has been answered.
     */
    private static void resizeUntilShown(TerminalJob terminal, WindowSize size, String expected) {
        long[] next = {System.nanoTime()};
        Await.until(
                ContainerClient.DEADLINE,
                () -> {
                    if (System.nanoTime() - next[0] >= 0) {
                        terminal.resize(new WindowSize(size.columns() - 1, size.rows()));
                        terminal.resize(size);
                        next[0] += Duration.ofSeconds(1).toNanos();
                    }
                    return terminal.screen().contains(expected) || !terminal.isAlive();
                },
                () -> expected + " on the screen: " + terminal.screen());
        terminal.awaitScreen(expected);
    }

    /** Host mode: neither the volume nor the name is the container's own. */
    final void assertProgramSeesNode() {
        Path elsewhere = client.createDirectory("elsewhere");
        List<String> options = List.of("--rm", "-v", elsewhere + ":/volume", "--hostname", "other");
        String script = "ls -d /volume " + elsewhere + "; cat /proc/sys/kernel/hostname";
        Job.Result result = client.call(client.runArguments(options, "sh", "-c", script));
        String hostname = client.node.run("cat", "/proc/sys/kernel/hostname").stdout();
        assertEquals(elsewhere + "\n" + hostname, result.expect(0).stdout());
        assertTrue(result.stderr().contains("/volume"), result::toString);
    }

    final Job.Result run(String script) {
        return client.call(client.runArguments(List.of("--rm"), "sh", "-c", script));
    }

    final void detach(String name, String script, String... moreOptions) {
        List<String> options = new ArrayList<>(List.of("-d", "--name", name));
        options.addAll(Arrays.asList(moreOptions));
        client.call(client.runArguments(options, "sh", "-c", script)).expect(0);
    }

    /** An exec in the container "host". */
    final Job.Result exec(List<String> options, String script) {
        return client.call(execArguments(options, "sh", "-c", script));
    }

    private static List<String> execArguments(List<String> options, String... command) {
        List<String> arguments = new ArrayList<>(List.of("exec"));
        arguments.addAll(options);
        arguments.add("host");
        arguments.addAll(Arrays.asList(command));
        return arguments;
    }

    private void assertRefused(List<Integer> exitCodes, List<String> arguments) {
        Job.Result result = client.call(arguments);
        assertTrue(exitCodes.contains(result.exitCode()), result::toString);
        String program = arguments.getLast();
        String told = result.stdout() + result.stderr();
        assertTrue(told.contains(program), result::toString);
        String reason = exitCodes.contains(127) ? "no such file or directory" : "permission denied";
        assertTrue(told.contains(reason), result::toString);
    }

    private boolean alive(int pid) {
        return client.node.processes().stream()
                .filter(process -> !process.isZombie())
                .mapToInt(NodeProcess::pid)
                .anyMatch(found -> found == pid);
    }
}
