package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A command under way on a {@link PrivateNode}. Its output goes to files: a container may hold its
 * streams for longer than the command lives, so that nobody must wait for the end of a pipe.
 */
public final class Job {
    private final PrivateNode node;
    private final List<String> command;
    private final Process process;
    private final Path directory;

    Job(PrivateNode node, List<String> command, Process process, Path directory) {
        this.node = node;
        this.command = command;
        this.process = process;
        this.directory = directory;
    }

    /** What a command left when it ended. */
    public record Result(String command, int exitCode, String stdout, String stderr) {
        /** Itself, when the exit code is the one expected. */
        public Result expect(int expected) {
            if (exitCode != expected) {
                throw new AssertionError("expected exit code " + expected + " of " + this);
            }
            return this;
        }

        @Override
        public String toString() {
            return "'%s': exit code %d%nstdout: %s%nstderr: %s"
                    .formatted(command, exitCode, shortened(stdout), shortened(stderr));
        }

        private static String shortened(String text) {
            return text.length() <= 2000 ? text : text.substring(0, 2000) + "…";
        }
    }

    /** Waits for its end; past the deadline it is killed and the test fails. */
    public Result await(Duration deadline) {
        try {
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                throw new AssertionError(
                        "no end within "
                                + deadline.toSeconds()
                                + " s: "
                                + new Result(command(), -1, stdout(), stderr()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return new Result(command(), process.exitValue(), stdout(), stderr());
    }

    /**
     * Kills the command itself, not what it has started. What runs it on the node ends with it,
     * having reaped it: killed too, it might leave a zombie to somebody who reaps nothing, and the
     * node could not end.
     */
    public void kill() {
        pid().ifPresentOrElse(pid -> node.signal(pid, "KILL"), process::destroyForcibly);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its pid on the node; empty while it has not been executed yet. */
    public OptionalInt pid() {
        String text = read(directory.resolve("pid")).strip();
        return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    public Path stdoutFile() {
        return directory.resolve("stdout");
    }

    public String stdout() {
        return read(stdoutFile());
    }

    public String stderr() {
        return read(directory.resolve("stderr"));
    }

    private String command() {
        return String.join(" ", command);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
