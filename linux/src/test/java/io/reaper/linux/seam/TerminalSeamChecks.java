package io.reaper.linux.seam;

import static io.reaper.linux.seam.SeamChecks.ENV;
import static io.reaper.linux.seam.SeamChecks.SYSCALLS;
import static io.reaper.linux.seam.SeamChecks.inDirectory;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.SeamChecks.Check;
import io.reaper.linux.signal.SignalPipe;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Terminals, descriptors that travel through sockets, and signals told by a pipe. */
final class TerminalSeamChecks {

    private static final int LIMIT = 4096;
    private static final int LONG_NAME = 85; // with its directory more than sun_path holds

    private TerminalSeamChecks() {}

    static List<Check> list() {
        return List.of(
                new Check("pty cooks what is typed", "hello|hello ", () -> cooked()),
                new Check("pty raw", "a\\x03b", () -> raw()),
                new Check("settings restored", "true false", () -> restored()),
                new Check("window size", "132x43 0x0", () -> windowSize()),
                new Check("controlling terminal", "shown", () -> controlling()),
                new Check("a file is no terminal", "false ENOTTY 25", () -> noTerminal()),
                new Check("descriptor through a socket", "sent", inDirectory(d -> sent(d, "s"))),
                new Check(
                        "descriptor, long path",
                        "sent",
                        inDirectory(d -> sent(d, "s".repeat(LONG_NAME)))),
                new Check("no descriptor sent", "bad file descriptor", inDirectory(d -> none(d))),
                new Check("socket permissions", "600", inDirectory(d -> permissions(d))),
                new Check("signal told", "10 12 0", () -> signals()),
                new Check("non-blocking pipe", "-1 65536 0 3 0", () -> nonBlocking()),
                new Check("duplicate to a number", "inherited", () -> duplicated()));
    }

    private static String cooked() {
        try (Pty pty = Pty.open()) {
            pty.master().write("hello\n".getBytes(StandardCharsets.UTF_8));
            String typed = text(pty.slave());
            StringBuilder echo = new StringBuilder();
            while (!echo.toString().endsWith("\n")) { // it comes in as many parts as it likes
                echo.append(text(pty.master()));
            }
            return typed.strip() + "|" + echo.toString().replace("\r\n", " ");
        }
    }

    private static String raw() {
        try (Pty pty = Pty.open()) {
            Terminal.apply(pty.slave(), Terminal.settings(pty.slave()).raw());
            pty.master().write(new byte[] {'a', 3, 'b'});
            return text(pty.slave()).replace("\u0003", "\\x03");
        }
    }

    private static String restored() {
        try (Pty pty = Pty.open()) {
            Terminal.Settings before = Terminal.settings(pty.slave());
            Terminal.apply(pty.slave(), before.raw());
            boolean changed = Terminal.settings(pty.slave()).equals(before);
            Terminal.apply(pty.slave(), before);
            return Terminal.settings(pty.slave()).equals(before) + " " + changed;
        }
    }

    private static String windowSize() {
        try (Pty pty = Pty.open()) {
            WindowSize first = Terminal.size(pty.slave());
            Terminal.resize(pty.master(), new WindowSize(132, 43));
            WindowSize then = Terminal.size(pty.slave());
            return then.columns() + "x" + then.rows() + " " + first.columns() + "x" + first.rows();
        }
    }

    /** A program in a session of its own reaches by /dev/tty what is its controlling terminal. */
    private static String controlling() {
        try (Pty pty = Pty.open();
                Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR)) {
            String script = "exec setsid --ctty sh -c 'echo shown >/dev/tty' <&1";
            SpawnRequest request =
                    SpawnRequest.of(
                            List.of("/bin/sh", "-c", script),
                            ENV,
                            List.of(none, pty.slave(), pty.slave()));
            Pidfd child = Spawner.spawn(request).pidfd();
            String shown = text(pty.master()).strip();
            child.await();
            child.close();
            return shown;
        }
    }

    private static String noTerminal() {
        try (Fd file = Fd.memory("file")) {
            try {
                Terminal.size(file);
                return "a size";
            } catch (LinuxException e) {
                return Terminal.isTerminal(file) + " ENOTTY " + e.errno().number();
            }
        }
    }

    private static String sent(Path directory, String name) {
        Path path = directory.resolve(name);
        try (Fd listening = UnixSockets.listen(path, 0600);
                Fd client = UnixSockets.connect(path);
                Fd server = UnixSockets.accept(listening);
                Fd file = Fd.memory("travels")) {
            file.write("sent".getBytes(StandardCharsets.UTF_8));
            UnixSockets.sendDescriptor(client, file, "/dev/ptmx");
            try (Fd received = UnixSockets.receiveDescriptor(server)) {
                return received.stat().sameFile(file.stat())
                        ? SeamChecks.content(received)
                        : "another file";
            }
        }
    }

    private static String none(Path directory) {
        Path path = directory.resolve("s");
        try (Fd listening = UnixSockets.listen(path, 0600);
                Fd client = UnixSockets.connect(path);
                Fd server = UnixSockets.accept(listening)) {
            client.write("only text".getBytes(StandardCharsets.UTF_8));
            UnixSockets.receiveDescriptor(server).close();
            return "a descriptor";
        } catch (LinuxException e) {
            return e.errno().text();
        }
    }

    private static String permissions(Path directory) {
        Path path = directory.resolve("s");
        try (Fd _ = UnixSockets.listen(path, 0600)) {
            return Integer.toOctalString(FileStat.of(path).mode() & 0777);
        }
    }

    private static String signals() {
        int usr1 = Signals.parse("USR1");
        int winch = Signals.parse("WINCH");
        try (SignalPipe pipe = SignalPipe.open(Set.of(usr1, winch))) {
            SYSCALLS.kill((int) SYSCALLS.getpid(), usr1);
            Poll.await(Deadline.NONE, new Poll.Entry(pipe.fd(), Poll.POLLIN));
            int first = pipe.take();
            SYSCALLS.kill((int) SYSCALLS.getpid(), winch);
            Poll.await(Deadline.NONE, new Poll.Entry(pipe.fd(), Poll.POLLIN));
            return first + " " + (pipe.take() == winch ? 12 : 0) + " " + pipe.take();
        }
    }

    private static String nonBlocking() {
        int size = 64 * 1024;
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0];
                Memory buffer = Memory.of(size)) {
            reader.setNonBlocking(true);
            return filled(reader, pipe[1], buffer, size) + reader.tryRead(buffer, 0, size);
        }
    }

    /** Ends with the writer closed. */
    private static String filled(Fd reader, Fd end, Memory buffer, int size) {
        try (Fd writer = end) {
            writer.setNonBlocking(true);
            int empty = reader.tryRead(buffer, 0, size);
            int all = writer.tryWrite(buffer, 0, size);
            int full = writer.tryWrite(buffer, 0, 1);
            reader.tryRead(buffer, 0, size);
            writer.tryWrite(buffer, size - 3, 3);
            int last = reader.tryRead(buffer, 0, size);
            return empty + " " + all + " " + full + " " + last + " ";
        }
    }

    private static String duplicated() {
        int free = 97;
        try (Fd file = Fd.memory("duplicated");
                Fd copy = duplicate(file, free)) {
            return copy.stat().sameFile(file.stat()) ? "inherited" : "another file";
        }
    }

    private static Fd duplicate(Fd file, int number) {
        file.duplicateTo(number);
        return Fd.of(number);
    }

    private static String text(Fd fd) {
        byte[] bytes = new byte[LIMIT];
        return new String(bytes, 0, fd.read(bytes, 0, LIMIT), StandardCharsets.UTF_8);
    }
}
