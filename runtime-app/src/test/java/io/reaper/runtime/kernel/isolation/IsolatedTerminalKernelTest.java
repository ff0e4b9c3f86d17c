package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.terminal.Terminal;
import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import io.reaper.runtime.kernel.TestTerminal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Terminals are of the container's devpts, wherever their other side is. */
@Tag("kernel")
class IsolatedTerminalKernelTest {

    /** A terminal that has a name inside, is /dev/console there, and is the session's. */
    private static final String LOOK =
            "tty; [ /dev/console -ef /dev/pts/0 ] || stat -c '%N %t:%T' /dev/console /dev/pts/0;"
                    + " grep -c ' /0 /dev/console ' /proc/self/mountinfo;"
                    + " stat -c '%F %a %u:%g' /dev/console; stty size;"
                    + " ps -o pid,tty | sed -n 2p; echo through tty >/dev/tty;"
                    + " echo through console >/dev/console; ls -1 /dev/pts; ";

    private static final String SEEN =
            """
            /dev/pts/0
            1
            character special file 620 1000:5
            %s
                1 136,0
            through tty
            through console
            0
            ptmx
            """;

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private ImageBundle withTerminal(String script) {
        ImageBundle bundle = ImageBundle.of(runtime, script);
        bundle.process().put("terminal", true);
        bundle.process().putObject("consoleSize").put("width", 81).put("height", 26);
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        return bundle.write();
    }

    private static String shown(String lines) {
        return lines.replace("\n", "\r\n");
    }

    /** Runs the runtime with a socket, and gives the terminal that came. */
    private void receiving(Consumer<String> verb, Consumer<TestTerminal> check) {
        Path socket = runtime.work().resolve("socket");
        try (Fd listening = UnixSockets.listen(socket, 0600)) {
            verb.accept(socket.toString());
            try (Fd connection = UnixSockets.accept(listening);
                    TestTerminal terminal =
                            TestTerminal.of(UnixSockets.receiveDescriptor(connection))) {
                check.accept(terminal);
            }
        }
    }

    @Tag("smoke")
    @Test
    void createSendsTheContainersTerminal() {
        String bundle = withTerminal(LOOK + "read line; echo got $line; sleep 1000").toString();
        receiving(
                socket ->
                        runtime.ok(
                                "create", "--console-socket", socket, "-b", bundle, runtime.id()),
                terminal -> {
                    assertEquals("", terminal.screen());
                    runtime.ok("start", runtime.id());
                    terminal.await(shown(SEEN.formatted("26 81")));
                    terminal.type("typed\r");
                    terminal.await("got typed\r\n");
                });
    }

    @Test
    void runDetachedSendsItAndTheEndHangsUp() {
        String bundle = withTerminal("trap 'stty size' WINCH; echo ready; read line").toString();
        receiving(
                socket ->
                        runtime.ok(
                                "run",
                                "-d",
                                "--console-socket",
                                socket,
                                "-b",
                                bundle,
                                runtime.id()),
                terminal -> {
                    terminal.await("ready\r\n");
                    terminal.resize(7, 9);
                    terminal.await("9 7\r\n");
                    terminal.type("\004");
                    RuntimeExtension.await(
                            "the end", () -> runtime.status(runtime.id()).equals("stopped"));
                });
    }

    @Test
    void runInTheForegroundShowsIt() throws Exception {
        ImageBundle bundle = withTerminal(LOOK + "exit 4");
        assertEquals(
                new Result(4, shown(SEEN.formatted("26 81")), ""),
                runtime.run("run", "-b", bundle.toString(), runtime.id()));
        try (TestTerminal terminal = TestTerminal.open()) {
            Terminal.Settings before = terminal.settings();
            Process run =
                    runtime.start(terminal.prefix(), "run", "-b", bundle.toString(), runtime.id());
            assertEquals(4, run.waitFor());
            terminal.await(shown(SEEN.formatted("24 80"))); // the window's own size counts
            assertEquals(before, terminal.settings());
        }
    }

    @Test
    void aShellOnItControlsItsJobs() throws Exception {
        ImageBundle bundle = withTerminal("");
        bundle.process().putArray("args").add("/bin/sh").add("-i");
        bundle.write();
        try (TestTerminal terminal = TestTerminal.open()) {
            Process run =
                    runtime.start(terminal.prefix(), "run", "-b", bundle.toString(), runtime.id());
            terminal.type("echo a$((40+2))b\r");
            terminal.await("a42b\r\n");
            assertFalse(terminal.screen().contains("job control"), terminal.screen());
            terminal.type("sleep 1000\r");
            terminal.await("sleep 1000\r\n");
            RuntimeExtension.await("sleep", () -> processes() == 2);
            terminal.type("\032");
            terminal.await("Stopped");
            terminal.type("echo c$((40+2))d\r");
            terminal.await("c42d\r\n");
            terminal.type("fg\r");
            terminal.await("fg\r\nsleep 1000\r\n");
            terminal.type("\003");
            RuntimeExtension.await("sleep's end", () -> processes() == 1);
            terminal.resize(100, 50);
            terminal.type("stty size\r");
            terminal.await("50 100\r\n");
            terminal.type("exit 5\r");
            assertEquals(5, run.waitFor());
        }
    }

    private int processes() {
        Result ps = runtime.run("ps", "-f", "json", runtime.id());
        return ps.status() == 0 ? RuntimeExtension.json(ps.out()).size() : 0;
    }

    @Test
    void execHasAnotherOneOfTheContainer() throws Exception {
        ImageBundle bundle = withTerminal("echo ready; exec sleep 1000");
        receiving(
                socket ->
                        runtime.ok(
                                "run",
                                "-d",
                                "--console-socket",
                                socket,
                                "-b",
                                bundle.toString(),
                                runtime.id()),
                first -> {
                    first.await("ready\r\n");
                    inForeground();
                    detached();
                });
    }

    private void inForeground() {
        assertEquals(
                new Result(
                        3,
                        shown(
                                """
                                /dev/pts/1
                                620 1000:5
                                26 81
                                1
                                0
                                1
                                ptmx
                                """),
                        ""),
                runtime.run(
                        "exec",
                        "-t",
                        runtime.id(),
                        "sh",
                        "-c",
                        "tty; stat -c '%a %u:%g' /dev/pts/1; stty size;"
                                + " grep -c ' /dev/console ' /proc/self/mountinfo;"
                                + " ls -1 /dev/pts; [ /dev/console -ef /dev/pts/0 ] && exit 3"));
    }

    private void detached() {
        Path socket = runtime.work().resolve("exec");
        try (Fd listening = UnixSockets.listen(socket, 0600)) {
            runtime.ok(
                    "exec",
                    "-d",
                    "-t",
                    "--console-socket",
                    socket.toString(),
                    runtime.id(),
                    "sh",
                    "-c",
                    "tty; echo x >/dev/tty; exec cat");
            try (Fd connection = UnixSockets.accept(listening);
                    TestTerminal terminal =
                            TestTerminal.of(UnixSockets.receiveDescriptor(connection))) {
                terminal.await("/dev/pts/1\r\nx\r\n");
                terminal.type("\004");
                RuntimeExtension.await("the end", () -> processes() == 1);
            }
        }
    }

    @Test
    void itsDescriptorsAreTheTerminalAlone() {
        ImageBundle bundle =
                withTerminal("ls -l /proc/self/fd | sed -n 's/.*\\([0-9]\\) -> /\\1 /p'");
        Result run = runtime.run("run", "-b", bundle.toString(), runtime.id());
        List<String> open = run.out().lines().toList();
        assertEquals(
                List.of("0 /dev/pts/0", "2 /dev/pts/0"),
                open.stream().filter(line -> line.contains("/dev/")).toList(),
                run.toString());
        assertTrue(open.size() <= 4, run::toString); // and ls's own pipe and directory
    }

    @Test
    void theRefusalsAreThoseOfTheOtherMode() {
        ImageBundle with = withTerminal("true");
        assertEquals(
                "cannot allocate tty if reaper-runtime will detach without setting console socket"
                        + " (--console-socket)",
                runtime.refused("create", "-b", with.toString(), runtime.id()));
        Path nobody = runtime.work().resolve("nobody");
        assertEquals(
                "connect " + nobody + ": no such file or directory",
                runtime.refused(
                        "create",
                        "--console-socket",
                        nobody.toString(),
                        "-b",
                        with.toString(),
                        runtime.id()));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }
}
