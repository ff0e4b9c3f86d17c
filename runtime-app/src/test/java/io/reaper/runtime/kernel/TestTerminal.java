package io.reaper.runtime.kernel;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A terminal and somebody at it, who types, looks at the screen, and changes the window. */
public final class TestTerminal implements AutoCloseable {

    private final Fd master;
    private final Fd slave;
    private final Fd[] stopped = Fd.pipe(0);
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final Thread reader;

    private TestTerminal(Fd master, Fd slave) {
        this.master = master;
        this.slave = slave;
        this.reader = Thread.ofPlatform().daemon().start(this::read);
    }

    /** One of its own, of 80 columns and 24 rows. */
    public static TestTerminal open() {
        Pty pty = Pty.open();
        TestTerminal terminal = new TestTerminal(pty.master(), pty.slave());
        terminal.resize(80, 24);
        return terminal;
    }

    /** The other side of a process's own terminal, as it came through a console socket. */
    public static TestTerminal of(Fd master) {
        return new TestTerminal(master, master);
    }

    private void read() {
        byte[] buffer = new byte[64 * 1024];
        Poll.Entry shown = new Poll.Entry(master, Poll.POLLIN);
        Poll.Entry stop = new Poll.Entry(stopped[0], Poll.POLLIN);
        try {
            while (Poll.await(Deadline.NONE, shown, stop)[1] == 0) {
                screen.write(buffer, 0, master.read(buffer, 0, buffer.length));
            }
        } catch (LinuxException e) {
            return; // nobody is on the other side any more
        }
    }

    /** What makes a program a session of its own on this terminal. */
    public List<String> prefix() {
        return List.of("sh", "-c", "exec setsid -c -w \"$@\" <>" + path() + " >&0 2>&0", "sh");
    }

    /** The same, with output to a pipe into a command. */
    public List<String> prefixWithOutputTo(String command) {
        return List.of(
                "sh",
                "-c",
                "{ setsid -c -w \"$@\"; echo status $? >&2; } <>" + path() + " | " + command,
                "sh");
    }

    /** It is the program's terminal, but not the controlling one: no signals come from it. */
    public List<String> prefixWithoutSignals() {
        return List.of("sh", "-c", "exec \"$@\" <>" + path() + " >&0 2>&0", "sh");
    }

    private Path path() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + slave.number()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void type(String text) {
        type(text.getBytes(StandardCharsets.UTF_8));
    }

    public void type(byte[] bytes) {
        master.write(bytes);
    }

    public void resize(int columns, int rows) {
        Terminal.resize(master, new WindowSize(columns, rows));
    }

    public Terminal.Settings settings() {
        return Terminal.settings(slave);
    }

    public byte[] shown() {
        return screen.toByteArray();
    }

    public String screen() {
        return screen.toString(StandardCharsets.UTF_8);
    }

    /** Waits until something is on the screen. */
    public void await(String text) {
        RuntimeExtension.await(
                () -> "\"" + text + "\" on the screen, which is: " + screen(),
                () -> screen().contains(text));
    }

    /** Waits until so many bytes were shown. */
    public void await(int bytes) {
        RuntimeExtension.await(
                () -> bytes + " bytes, of " + screen.size(), () -> screen.size() >= bytes);
    }

    @Override
    public void close() {
        stopped[1].close();
        try {
            reader.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        stopped[0].close();
        slave.close();
        master.close();
    }
}
