package io.reaper.shim.runtime;

import static io.reaper.linux.seam.OpenFlags.O_RDONLY;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Environment;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.exit.Exit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Runs one command of the runtime to its end. The calling thread waits; it is a virtual one or a
 * short-lived program's main thread.
 */
final class CommandRunner {

    private static final int OUTPUT_LIMIT = 4 * 1024 * 1024;

    /** The supervisor's readiness socket; how the daemon's C library shares out memory. */
    private static final Set<String> OURS_ALONE = Set.of("NOTIFY_SOCKET", "MALLOC_ARENA_MAX");

    private static final Path NULL = Path.of("/dev/null");

    private final Children children;
    private final List<String> environment;

    /**
     * Runs commands with our environment.
     *
     * @param settings variables that take the place of ours
     */
    CommandRunner(Children children, Map<String, String> settings) {
        this.children = children;
        this.environment = environment(settings);
    }

    /**
     * How a command ended.
     *
     * @param startTime of its process, 0 if it ended before that was read
     * @param killed by us, because time was up or the container given up
     */
    record Ended(List<String> argv, long startTime, Exit exit, boolean killed) {

        boolean succeeded() {
            return !killed && exit.status().shellStatus() == 0;
        }

        /** What it left. An older process became ours at the same moment by chance. */
        List<ChildProcess> orphans() {
            return exit.orphans().stream().filter(o -> o.startTime() >= startTime).toList();
        }

        boolean diedOfASignal() {
            return exit.status().signal() != 0;
        }

        ShimException tooLate() {
            return new ShimException(
                    ErrorCode.E_RUNTIME_SLOW,
                    ShimException.Kind.DEADLINE_EXCEEDED,
                    "time was up, or the container given up, before \""
                            + String.join(" ", argv)
                            + "\" ended; it was killed");
        }
    }

    /** What a command printed. */
    record Output(Ended ended, String stdout, String stderr) {}

    /**
     * Output goes to files in memory, not to pipes: nobody has to read while it runs, and processes
     * which inherit them keep nobody waiting.
     */
    Output run(List<String> argv, Deadline deadline) {
        return withOutput(streams -> run(argv, streams, Patience.until(deadline)));
    }

    /**
     * As {@link #run(List, Deadline)}, for what should rather end late than half done.
     *
     * @throws ShimException DEADLINE_EXCEEDED if it has not ended in time: it goes on, also when we
     *     have ended
     */
    Output runOrLeave(List<String> argv, Deadline deadline) {
        return withOutput(
                streams -> {
                    ChildProcess command = spawn(argv, streams);
                    try {
                        Exit exit = Patience.until(deadline).await(command.exit());
                        return new Ended(argv, command.startTime(), exit, false);
                    } catch (TimeoutException e) {
                        throw new ShimException(
                                ErrorCode.E_RUNTIME_SLOW,
                                ShimException.Kind.DEADLINE_EXCEEDED,
                                "\"" + String.join(" ", argv) + "\" takes long; it goes on",
                                e);
                    }
                });
    }

    private static Output withOutput(Function<List<Fd>, Ended> command) {
        try (Fd stdin = Fd.open(NULL, O_RDONLY);
                Fd stdout = Fd.memory("stdout");
                Fd stderr = Fd.memory("stderr")) {
            Ended ended = command.apply(List.of(stdin, stdout, stderr));
            return new Output(ended, text(stdout), text(stderr));
        }
    }

    /** With the given descriptors 0, 1 and 2. The command is gone when this returns. */
    Ended run(List<String> argv, List<Fd> streams, Patience patience) {
        ChildProcess command = spawn(argv, streams);
        long startTime = command.startTime();
        try {
            return new Ended(argv, startTime, patience.await(command.exit()), false);
        } catch (TimeoutException e) {
            command.signal(Signals.SIGKILL);
            return new Ended(argv, startTime, command.exit().join(), true);
        }
    }

    private ChildProcess spawn(List<String> argv, List<Fd> streams) {
        return children.spawn(SpawnRequest.of(argv, environment, streams));
    }

    private static String text(Fd output) {
        if (output.stat().size() == 0) {
            return "";
        }
        output.seek(0);
        return new String(output.readAll(OUTPUT_LIMIT), StandardCharsets.UTF_8);
    }

    /** Ours; but what speaks to us alone is none of the runtime's business. */
    private static List<String> environment(Map<String, String> settings) {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.keySet().removeAll(OURS_ALONE);
        variables.putAll(settings);
        return Environment.entries(variables);
    }
}
