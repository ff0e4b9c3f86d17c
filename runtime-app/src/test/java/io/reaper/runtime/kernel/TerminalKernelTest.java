package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.reaper.linux.terminal.Terminal;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code exec -t} and {@code run} in the foreground, on a terminal somebody sits at. */
@Tag("kernel")
class TerminalKernelTest {

    private static final int TEN_MEGABYTES = 10 * 1024 * 1024;

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private String running() {
        TestBundle bundle = runtime.program("sleep", "1000");
        runtime.ok("run", "-d", "-b", bundle.toString(), runtime.id());
        return runtime.id();
    }

    private Process exec(TestTerminal terminal, String script) throws Exception {
        return runtime.start(
                terminal.prefix(), "exec", "-t", runtime.id(), "/bin/sh", "-c", script);
    }

    @Tag("smoke")
    @Test
    void typingReadingResizingAndTheStatus() throws Exception {
        running();
        try (TestTerminal terminal = TestTerminal.open()) {
            Terminal.Settings before = terminal.settings();
            terminal.resize(91, 33);
            Process exec =
                    runtime.start(terminal.prefix(), "exec", "-t", runtime.id(), "/bin/sh", "-i");
            terminal.type("stty size; echo a$((40+2))b\r");
            terminal.await("a42b");
            terminal.await("33 91\r\n");
            assertNotEquals(before, terminal.settings(), "raw meanwhile");
            terminal.type("trap 'stty size' WINCH; echo c$((40+2))d\r");
            terminal.await("c42d");
            terminal.resize(100, 50);
            terminal.type("stty size | tr ' ' x\r");
            terminal.await("50x100\r\n");
            terminal.type("echo e$((40+2))f\r"); // by the shell: the terminal is its own again
            terminal.await("e42f");
            terminal.resize(7, 9);
            terminal.type("\r"); // a shell runs it after a line
            terminal.await("9 7\r\n");
            terminal.type("exec 2>/dev/null; tty | tr / :; exit 5\r");
            assertEquals(5, exec.waitFor());
            terminal.await(":dev:pts:");
            assertEquals(before, terminal.settings());
        }
    }

    @Test
    void aNewSizeIsThereBeforeWhatIsTypedAfterIt() throws Exception {
        running();
        String sizes = "stty -echo; echo ready; while read line; do stty size; done";
        try (TestTerminal terminal = TestTerminal.open()) {
            Process exec =
                    runtime.start(
                            terminal.prefixWithoutSignals(),
                            "exec",
                            "-t",
                            runtime.id(),
                            "sh",
                            "-c",
                            sizes);
            terminal.await("ready\r\n");
            terminal.resize(100, 50);
            terminal.type("\r");
            terminal.await("50 100\r\n");
            terminal.type("\004");
            assertEquals(0, exec.waitFor());
        }
        try (TestTerminal terminal = TestTerminal.open()) {
            Process exec = exec(terminal, sizes);
            terminal.await("ready\r\n");
            for (int i = 1; i <= 100; i++) {
                terminal.resize(1000 + i, 2000 + i);
                terminal.type("\r");
                terminal.await(7 + i * "2001 1001\r\n".length());
            }
            terminal.type("\004");
            assertEquals(0, exec.waitFor());
            assertEquals(
                    IntStream.rangeClosed(1, 100)
                            .mapToObj(i -> "%d %d\r\n".formatted(2000 + i, 1000 + i))
                            .collect(Collectors.joining("", "ready\r\n", "")),
                    terminal.screen());
        }
    }

    @Test
    void controlCharactersAreSignalsToTheProgram() throws Exception {
        running();
        try (TestTerminal terminal = TestTerminal.open()) {
            Process exec =
                    exec(
                            terminal,
                            "trap 'trap - INT; echo got INT' INT; echo ready;"
                                    + " while :; do sleep 0.02; done");
            terminal.await("ready");
            terminal.type("\003");
            terminal.await("got INT");
            terminal.type("\003");
            assertEquals(130, exec.waitFor());
            Process cat = exec(terminal, "echo again; cat; echo ended");
            terminal.await("again");
            terminal.type("line\r");
            terminal.await("line\r\nline\r\n");
            terminal.type("\004");
            assertEquals(0, cat.waitFor());
            terminal.await("ended\r\n");
        }
        assertEquals("running", runtime.status(runtime.id()));
    }

    @Test
    void allOfTenMegabytesIsShown() throws Exception {
        running();
        try (TestTerminal terminal = TestTerminal.open()) {
            Process exec = exec(terminal, "stty -opost; seq -w 1310720; printf END");
            byte[] expected =
                    (IntStream.rangeClosed(1, TEN_MEGABYTES / 8)
                                            .mapToObj("%07d"::formatted)
                                            .collect(Collectors.joining("\n"))
                                    + "\nEND")
                            .getBytes(StandardCharsets.US_ASCII);
            assertEquals(0, exec.waitFor(), "all was written by then");
            terminal.await(expected.length);
            assertArrayEquals(expected, terminal.shown());
        }
    }

    @Test
    void allThatIsTypedArrives() throws Exception {
        running();
        byte[] typed = new byte[1_000_000];
        for (int i = 0; i < typed.length; i++) {
            typed[i] = (byte) (i * 31 % 251);
        }
        try (TestTerminal terminal = TestTerminal.open()) {
            Process exec =
                    exec(
                            terminal,
                            "stty raw -echo; echo ready; head -c 1000000 >"
                                    + runtime.work().resolve("typed"));
            terminal.await("ready");
            terminal.type(typed);
            assertEquals(0, exec.waitFor());
        }
        assertArrayEquals(typed, Files.readAllBytes(runtime.work().resolve("typed")));
    }

    @Test
    void theTerminalIsRestoredHoweverItEnds() throws Exception {
        running();
        try (TestTerminal terminal = TestTerminal.open()) {
            Terminal.Settings before = terminal.settings();
            Process missing = runtime.start(terminal.prefix(), "exec", "-t", runtime.id(), "nope");
            assertEquals(255, missing.waitFor());
            terminal.await("executable file not found in $PATH");
            assertEquals(before, terminal.settings());

            Process killed = exec(terminal, "echo one; exec sleep 1000");
            terminal.await("one");
            await("raw", () -> !before.equals(terminal.settings()));
            RuntimeExtension.signal("TERM", killed);
            assertEquals(143, killed.waitFor());
            assertEquals(before, terminal.settings());

            Process container = exec(terminal, "echo two; exec sleep 1000");
            terminal.await("two");
            runtime.ok("kill", "--all", runtime.id(), "KILL");
            assertEquals(137, container.waitFor());
            assertEquals(before, terminal.settings());
        }
    }

    @Test
    void whoeverReadsNoMoreEndsTheProgramByAHangup() throws Exception {
        running();
        try (TestTerminal terminal = TestTerminal.open()) {
            Terminal.Settings before = terminal.settings();
            Process exec =
                    runtime.start(
                            terminal.prefixWithOutputTo("head -n 2"),
                            "exec",
                            "-t",
                            runtime.id(),
                            "yes");
            assertEquals(0, exec.waitFor());
            assertEquals(
                    "y\r\ny\r\n", Files.readString(runtime.work().resolve("out-" + exec.pid())));
            assertEquals(before, terminal.settings());
        }
        assertEquals(1, RuntimeExtension.json(runtime.ok("ps", "-f", "json", runtime.id())).size());
    }

    @Test
    void withoutATerminalOnOurSideTheProgramHasOneAllTheSame() {
        running();
        List<String> typing = List.of("sh", "-c", "echo typed | \"$@\"", "sh");
        assertEquals(
                new Result(3, "typed\r\ngot typed\r\n", ""),
                runtime.run(
                        typing,
                        "exec",
                        "-t",
                        runtime.id(),
                        "sh",
                        "-c",
                        "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && read x && echo got $x && exit 3"));
    }

    @Test
    void runShowsTheContainersTerminal() throws Exception {
        TestBundle bundle = runtime.script("stty size; stat -L -c %u /proc/self/fd/0; exit 4");
        bundle.process().put("terminal", true);
        bundle.process().putObject("consoleSize").put("width", 132).put("height", 43);
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        bundle.write();
        assertEquals(
                new Result(4, "43 132\r\n1000\r\n", ""),
                runtime.run("run", "-b", bundle.toString(), runtime.id()));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
        try (TestTerminal terminal = TestTerminal.open()) {
            Terminal.Settings before = terminal.settings();
            Process run =
                    runtime.start(terminal.prefix(), "run", "-b", bundle.toString(), runtime.id());
            assertEquals(4, run.waitFor());
            terminal.await("24 80\r\n1000\r\n"); // the window's own size counts
            assertEquals(before, terminal.settings());
        }
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }
}
