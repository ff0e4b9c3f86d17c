package io.reaper.testing;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.Terminal;
import io.reaper.linux.terminal.WindowSize;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;

/** A command under way on a terminal of its own, on which a test types and from which it reads. */
public final class TerminalJob implements AutoCloseable {
    /** Keys. */
    public static final String ENTER = "\r";

    public static final String CTRL_C = "\3";
    public static final String CTRL_D = "\4";

    private static final Duration DEADLINE = Duration.ofSeconds(90);

    private final Job job;
    private final Fd master;
    private final StringBuilder shown = new StringBuilder();
    private final Thread reader;
    private final Terminal.Settings settings;
    private int seen;

    private TerminalJob(Job job, Fd master, Terminal.Settings settings) {
        this.job = job;
        this.master = master;
        this.settings = settings;
        this.reader = Thread.ofPlatform().daemon().name("screen").start(this::read);
    }

    /** Starts a job on a new terminal of 80 columns and 24 rows. */
    static TerminalJob start(Function<File, Job> starter) {
        Pty pty = Pty.open();
        try (Fd slave = pty.slave()) {
            Terminal.resize(pty.master(), new WindowSize(80, 24));
            File terminal = new File("/proc/self/fd/" + slave.number());
            Terminal.Settings settings = Terminal.settings(slave);
            return new TerminalJob(starter.apply(terminal), pty.master(), settings);
        } catch (RuntimeException | Error e) {
            pty.master().close();
            throw e;
        }
    }

    /** Until the last process has let go of the terminal: EIO (pty(7)). */
    private void read() {
        byte[] buffer = new byte[1 << 16];
        try {
            int count = master.read(buffer, 0, buffer.length);
            while (count > 0) {
                String text = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                synchronized (shown) {
                    shown.append(text);
                }
                count = master.read(buffer, 0, buffer.length);
            }
        } catch (LinuxException e) {
            // EIO; whatever it is, nothing more will be shown
        }
    }

    /** As a user types; ^C is \3, ^D is \4. */
    public void type(String keys) {
        master.write(keys.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void resize(WindowSize size) {
        Terminal.resize(master, size);
    }

    public Terminal.Settings settings() {
        return Terminal.settings(master);
    }

    /** Whether the terminal is set as it was before the command. */
    public boolean isRestored() {
        return settings().equals(settings);
    }

    /** All that has been shown so far, with the echo of what was typed. */
    public String screen() {
        synchronized (shown) {
            return shown.toString();
        }
    }

    public void awaitScreen(String expected) {
        Await.until(
                DEADLINE,
                () -> screen().contains(expected) || !reader.isAlive(),
                () -> "'" + expected + "' on the screen: " + screen());
        if (!screen().contains(expected)) {
            throw new AssertionError("'" + expected + "' was never on the screen: " + screen());
        }
    }

    /**
     * Waits for a text behind those that earlier calls have found.
     *
     * @return what stands before it
     */
    public String awaitShown(String text) {
        int from = seen;
        Await.until(
                DEADLINE,
                () -> screen().indexOf(text, from) >= 0 || !reader.isAlive(),
                () -> "'" + text + "' behind character " + from + " on the screen: " + screen());
        int at = screen().indexOf(text, from);
        if (at < 0) {
            throw new AssertionError(
                    "'" + text + "' never came behind character " + from + ": " + screen());
        }
        seen = at + text.length();
        return screen().substring(from, at);
    }

    /** Waits until so many bytes have been shown. */
    public void awaitLength(int bytes) {
        Await.until(
                DEADLINE,
                () -> length() >= bytes || !reader.isAlive(),
                () -> bytes + " bytes on the screen: " + length());
        if (length() < bytes) {
            throw new AssertionError(length() + " bytes on the screen, not " + bytes);
        }
    }

    private int length() {
        synchronized (shown) {
            return shown.length();
        }
    }

    public boolean isAlive() {
        return job.isAlive();
    }

    /** Waits for the end of the command and of all output; what was shown is its stdout. */
    public Job.Result await(Duration deadline) {
        Job.Result result;
        try {
            result = job.await(deadline);
            reader.join(deadline);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nscreen: " + screen(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (reader.isAlive()) {
            throw new AssertionError("the terminal is still open: " + result + screen());
        }
        return new Job.Result(result.command(), result.exitCode(), screen(), "");
    }

    /** Kills the command if it still runs; a terminal that another process holds stays open. */
    @Override
    public void close() {
        if (job.isAlive()) {
            job.kill();
        }
        try {
            if (reader.join(DEADLINE)) {
                master.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
