package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Terminals that are sent to whoever listens at the console socket. */
@Tag("kernel")
class ConsoleSocketKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private TestBundle withTerminal(String script) {
        TestBundle bundle = runtime.script(script);
        bundle.process().put("terminal", true);
        bundle.process().putObject("consoleSize").put("width", 81).put("height", 26);
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        return bundle.write();
    }

    /** Runs the runtime with a socket, and gives the terminal that came. */
    private void receiving(Consumer<String> verb, Consumer<TestTerminal> check) throws Exception {
        Path directory = Files.createDirectory(runtime.work().resolve("x".repeat(120)));
        Path socket = directory.resolve("s"); // longer than a socket's address
        try (Fd listening = UnixSockets.listen(socket, 0600)) {
            verb.accept(socket.toString());
            try (Fd connection = UnixSockets.accept(listening);
                    TestTerminal terminal =
                            TestTerminal.of(UnixSockets.receiveDescriptor(connection))) {
                check.accept(terminal);
                runtime.ok("delete", "--force", runtime.id());
            }
        }
    }

    @Test
    void createSendsTheTerminalBeforeTheProgramRuns() throws Exception {
        String bundle =
                withTerminal(
                                "stty size; stat -L -c %u /proc/self/fd/1; echo x >/dev/tty;"
                                        + " read line; echo got $line; sleep 1000")
                        .toString();
        receiving(
                socket ->
                        runtime.ok(
                                "create", "--console-socket", socket, "-b", bundle, runtime.id()),
                terminal -> {
                    runtime.ok("start", runtime.id());
                    terminal.await("26 81\r\n1000\r\nx\r\n");
                    terminal.type("typed\r");
                    terminal.await("got typed\r\n");
                    terminal.resize(1, 2);
                });
    }

    @Test
    void runAndExecDetachedSendIt() throws Exception {
        String bundle = withTerminal("echo ready; trap 'stty size' WINCH; cat").toString();
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
                    execInIt();
                });
    }

    private void execInIt() {
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
                    "stty size; id -u; exec cat");
            try (Fd connection = UnixSockets.accept(listening);
                    TestTerminal terminal =
                            TestTerminal.of(UnixSockets.receiveDescriptor(connection))) {
                terminal.await("26 81\r\n1000\r\n");
                terminal.type("\004");
                RuntimeExtension.await("the end", () -> processes() == 2); // init and its cat
            }
        }
    }

    private int processes() {
        return RuntimeExtension.json(runtime.ok("ps", "-f", "json", runtime.id())).size();
    }

    @Test
    void aTerminalNeedsATakerAndATakerATerminal() {
        String with = withTerminal("true").toString();
        String without = runtime.script("exec sleep 1000").toString();
        String id = runtime.id();
        String noTaker =
                "cannot allocate tty if reaper-runtime will detach without setting console socket"
                        + " (--console-socket)";
        String noTerminal =
                "cannot use console socket if reaper-runtime will not detach or allocate tty";
        assertEquals(noTaker, runtime.refused("create", "-b", with, id));
        assertEquals(noTaker, runtime.refused("run", "-d", "-b", with, id));
        assertEquals(
                noTerminal, runtime.refused("create", "--console-socket", "s", "-b", without, id));
        assertEquals(noTerminal, runtime.refused("run", "--console-socket", "s", "-b", with, id));
        Path nobody = runtime.work().resolve("nobody");
        assertEquals(
                "connect " + nobody + ": no such file or directory",
                runtime.refused("create", "--console-socket", nobody.toString(), "-b", with, id));
        assertFalse(Files.exists(runtime.root().resolve(id)));
        runtime.ok("run", "-d", "-b", without, id);
        assertEquals(
                new Result(255, "", "exec failed: " + noTaker + "\n"),
                runtime.run("exec", "-d", "-t", id, "true"));
        assertEquals(
                new Result(255, "", "exec failed: " + noTerminal + "\n"),
                runtime.run("exec", "--console-socket", "s", id, "true"));
        assertTrue(runtime.ok("ps", "-f", "json", id).matches("\\[[0-9]+]\n"));
    }
}
