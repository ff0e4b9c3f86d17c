package io.reaper.shim.bench;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.signal.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs programs and times them: from just before clone(2) until its pidfd says that it has ended.
 * stdin is /dev/null; stdout and stderr are a file, never a pipe: a container's process keeps the
 * streams of what created it.
 */
final class Commands {
    /** Longer than any command takes, so that one that hangs is named. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path output;
    private final List<String> environment;

    /**
     * @param output of all commands, one after another; what an error message quotes
     */
    Commands(Path output, Map<String, String> environment) {
        this.output = output;
        this.environment =
                environment.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList();
    }

    /** The time that the command took, ns. */
    long time(List<String> command) {
        return time(command, Path.of("/"));
    }

    /**
     * The time that the command took, ns.
     *
     * @throws IllegalStateException if its exit code is not 0; with the end of its output
     */
    long time(List<String> command, Path directory) {
        try (Fd in = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDONLY);
                Fd out = Fd.open(output, flags(), 0600)) {
            long offset = Files.size(output);
            SpawnRequest request =
                    SpawnRequest.of(command, environment, List.of(in, out, out))
                            .inDirectory(directory);
            long begin = System.nanoTime();
            Child child = Spawner.spawn(request);
            ExitStatus status;
            long end;
            try (Pidfd pidfd = child.pidfd()) {
                boolean ended = pidfd.awaitExit(Deadline.after(PATIENCE));
                end = System.nanoTime();
                if (!ended) {
                    pidfd.signal(Signals.SIGKILL);
                }
                status = pidfd.await();
            }
            if (status.shellStatus() != 0) {
                throw new IllegalStateException(
                        "'%s' ended with %d: %s"
                                .formatted(
                                        String.join(" ", command),
                                        status.shellStatus(),
                                        outputSince(offset)));
            }
            return end - begin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the command and returns what it printed on both streams. */
    String capture(List<String> command, Path directory) {
        try {
            long offset = Files.exists(output) ? Files.size(output) : 0;
            time(command, directory);
            return outputSince(offset).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String capture(String... command) {
        return capture(List.of(command), Path.of("/"));
    }

    /** Starts a command without waiting for its end. */
    Child start(List<String> command, Path directory) {
        try (Fd in = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDONLY);
                Fd out = Fd.open(output, flags(), 0600)) {
            return Spawner.spawn(
                    SpawnRequest.of(command, environment, List.of(in, out, out))
                            .inDirectory(directory));
        }
    }

    private static int flags() {
        return OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_APPEND;
    }

    private String outputSince(long offset) throws IOException {
        byte[] bytes = Files.readAllBytes(output);
        int from = (int) Math.max(offset, bytes.length - 4000L);
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }
}
