package io.reaper.shim.containerd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.terminal.WindowSize;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.TerminalJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Containers and execs on a terminal, with somebody at it: `ctr run -t`, `ctr task exec -t`. */
abstract class TerminalScenarios extends StreamScenarios {
    private static final WindowSize WINDOW = new WindowSize(80, 24);
    private static final WindowSize LARGER = new WindowSize(132, 43);
    private static final int LARGE = 10 << 20;
    private static final String ENTER = TerminalJob.ENTER;

    /** Words of a shell script: the program is told of the window after its start. */
    private static final String SIZE =
            "until [ \"$(stty size)\" = '%d %d' ]; do sleep 0.1; done; echo the size is there; ";

    TerminalScenarios(ContainerdRelease release, Pair pair) {
        super(release, pair);
    }

    @Test
    void aShellOnATerminalAnswersWhatIsTyped() {
        List<String> options = List.of("-t", "--rm", "--env", "PS1=ready>");
        try (TerminalJob user = onTerminal(runArguments("shell", options, "sh", "-i"))) {
            user.awaitShown("ready>");
            user.type("echo sum=$((40 + 2))" + ENTER);
            assertTrue(user.awaitShown("sum=42").contains("echo sum=$((40 + 2))"), "the echo");
            user.awaitShown("ready>");
            user.type("tty; tty </dev/tty" + ENTER);
            user.awaitShown("\n/dev/");
            user.awaitShown("\n/dev/tty");
            user.type("exec sh -c 'echo bye; exit 7'" + ENTER);
            user.awaitShown("\nbye");
            user.await(PrivateContainerd.DEADLINE).expect(7);
            assertTrue(user.isRestored(), "the user's terminal is as before");
        }
        assertLifeOf("shell", 7);
    }

    @Test
    void controlCInterruptsAndControlDEndsTheInput() {
        String script =
                "trap 'echo interrupted' INT; echo wait; cat; echo words; cat;"
                        + " echo end of input; exit 4";
        try (TerminalJob user = onTerminal(runArguments("keys", terminal(), "sh", "-c", script))) {
            user.awaitShown("wait");
            user.type("echoed" + ENTER);
            user.awaitShown("echoed"); // by the terminal, and by cat
            user.awaitShown("echoed");
            user.type(TerminalJob.CTRL_C);
            user.awaitShown("interrupted");
            user.awaitShown("words");
            user.type("more" + ENTER);
            user.awaitShown("more");
            user.awaitShown("more");
            user.type(TerminalJob.CTRL_D);
            user.awaitShown("end of input");
            user.await(PrivateContainerd.DEADLINE).expect(4);
        }
    }

    @Test
    void theWindowsSizeIsKnownAndFollowsTheUser() {
        String first = SIZE.formatted(WINDOW.rows(), WINDOW.columns());
        String then = SIZE.formatted(LARGER.rows(), LARGER.columns());
        String script = first + "trap 'echo told' WINCH; " + then + "exit 0";
        try (TerminalJob user =
                onTerminal(runArguments("window", terminal(), "sh", "-c", script))) {
            user.awaitShown("the size is there");
            user.resize(LARGER);
            user.awaitShown("told");
            user.awaitShown("the size is there");
            user.await(PrivateContainerd.DEADLINE).expect(0);
        }
    }

    /** The client's first resize comes when it has ended. */
    @Test
    void aProgramThatEndsAtOnceCostsNoMessage() {
        for (int i = 0; i < 5; i++) {
            try (TerminalJob user = onTerminal(runArguments("brief", terminal(), "true"))) {
                user.await(PrivateContainerd.DEADLINE).expect(0);
                assertFalse(user.screen().contains("resize"), user.screen());
            }
        }
    }

    /**
     * 10 MiB; ctr lets the user's terminal change line ends. The exit waits for the user: when it
     * is told, the library of containerd's clients closes the FIFOs whatever is in them (cio.Cancel
     * in Task.Delete).
     */
    @Test
    void largeOutputOnATerminalIsComplete() throws IOException {
        byte[] bytes = new byte[LARGE];
        new Random(LARGE).nextBytes(bytes);
        for (int i = 0; i < LARGE; i++) {
            bytes[i] = bytes[i] == '\n' ? 0 : bytes[i];
        }
        Path data = Files.write(containerd.share().resolve("terminal-data"), bytes);
        String script =
                "stty -opost -echo; echo -n BEGIN; cat "
                        + data
                        + "; echo -n END; read word; exit 3";
        List<String> run = runArguments("bulk", terminal(), "sh", "-c", script);
        try (TerminalJob user = onTerminal(run)) {
            user.awaitLength("BEGIN".length() + LARGE + "END".length());
            user.type(ENTER);
            String shown = user.await(PrivateContainerd.DEADLINE).expect(3).stdout();
            assertTrue(shown.startsWith("BEGIN"), "the first bytes");
            byte[] after = shown.substring("BEGIN".length()).getBytes(ISO_8859_1);
            byte[] expected = Arrays.copyOf(bytes, LARGE + "END".length());
            System.arraycopy("END".getBytes(ISO_8859_1), 0, expected, LARGE, "END".length());
            int same = Arrays.mismatch(expected, after);
            assertEquals(
                    -1,
                    same,
                    () ->
                            "all is there: %d bytes, the same up to %d"
                                    .formatted(after.length, same));
        }
    }

    @Test
    void anExecHasATerminalOfItsOwn() {
        runSleeper("host");
        String script = SIZE.formatted(WINDOW.rows(), WINDOW.columns()) + "tty; read word; ";
        // a signal that comes between two sleeps is heeded after the second one
        script += "echo got $word; trap 'exit 8' INT; echo ready; while :; do sleep 0.1; done";
        List<String> options = List.of("-t", "--exec-id=e", "--user=1000:1000", "host");
        try (TerminalJob user = onTerminal(execArguments(options, "sh", "-c", script))) {
            user.awaitShown("the size is there");
            user.awaitShown("/dev/");
            user.type("hello" + ENTER);
            user.awaitShown("got hello");
            user.awaitShown("ready");
            user.type(TerminalJob.CTRL_C);
            user.await(PrivateContainerd.DEADLINE).expect(8);
            assertTrue(user.isRestored(), "the user's terminal is as before");
        }
        endSleeper("host");
    }

    /** A user whose client is killed comes back and finds the container as it was. */
    @Test
    void aClientThatVanishesLeavesTheTerminalToTheNextOne() {
        startReader("vanish");
        try (TerminalJob first = attach("vanish")) {
            first.type("one" + ENTER);
            first.awaitShown("got one");
            killAttached("vanish");
        }
        try (TerminalJob second = attach("vanish")) {
            second.type("two" + ENTER);
            second.awaitShown("got two");
            second.type("end" + ENTER);
            second.awaitShown("got end");
            second.await(PrivateContainerd.DEADLINE).expect(5);
            assertTrue(second.isRestored(), "the user's terminal is as before");
        }
        ctr("container", "delete", "vanish").expect(0);
    }

    @Test
    void aTerminalOutlivesARestartOfContainerd() {
        startReader("outlives");
        try (TerminalJob before = attach("outlives")) {
            before.type("before" + ENTER);
            before.awaitShown("got before");
            killAttached("outlives"); // ctr would remove the FIFOs if it saw containerd vanish
        }
        containerd.restart(Map.of());
        containerd.awaitStatus(containerd.namespace(), "outlives", "RUNNING");
        try (TerminalJob after = attach("outlives")) {
            after.type("after" + ENTER);
            after.awaitShown("got after");
            after.type("end" + ENTER);
            after.awaitShown("got end");
            after.await(PrivateContainerd.DEADLINE).expect(5);
        }
        ctr("container", "delete", "outlives").expect(0);
    }

    /** A detached container that repeats the words typed, until "end". */
    private void startReader(String id) {
        String script = "while read word; do echo got $word; [ $word != end ] || exit 5; done";
        List<String> line = runArguments(id, detached("-t"), "sh", "-c", script);
        try (TerminalJob user = onTerminal(line)) {
            user.await(PrivateContainerd.DEADLINE).expect(0);
            assertTrue(user.isRestored(), "the user's terminal is as before");
        }
    }

    private TerminalJob attach(String id) {
        return onTerminal(List.of("task", "attach", id));
    }

    private static List<String> terminal() {
        return List.of("-t", "--rm");
    }

    private TerminalJob onTerminal(List<String> arguments) {
        List<String> line = containerd.ctrLine(containerd.namespace(), arguments);
        return containerd.node().startOnTerminal(line, Map.of());
    }
}
