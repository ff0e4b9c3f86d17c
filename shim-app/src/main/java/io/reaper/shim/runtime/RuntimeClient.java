package io.reaper.shim.runtime;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.linux.event.Deadline;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.CommandRunner.Ended;
import io.reaper.shim.runtime.CommandRunner.Output;
import io.reaper.shim.runtime.RuntimeLog.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Drives any runtime with runc's command line. Each command gets {@code --root} (one directory for
 * all containerd namespaces, {@code REAPER_RUNTIME_ROOT}: what makes an id unique on the node),
 * {@code --log BUNDLE/log.json}, where that can be written, and {@code --log-format json}; each
 * exec has a log of its own, since many run at once.
 */
public final class RuntimeClient implements OciRuntime {

    private static final String PID_FILE = "init.pid";
    private static final String LOG_FILE = "log.json";

    private final RuntimeBinary program;
    private final Path root;
    private final Children children;
    private final CommandRunner runner;
    private final ShimLog log;

    /**
     * Drives one runtime.
     *
     * @param program of the runtime
     * @param root where it keeps its containers' state
     * @param settings variables of its commands, which take the place of ours
     */
    public RuntimeClient(
            RuntimeBinary program,
            Path root,
            Map<String, String> settings,
            Children children,
            ShimLog log) {
        this.program = program;
        this.root = root;
        this.children = children;
        this.runner = new CommandRunner(children, settings);
        this.log = log;
    }

    @Override
    public ChildProcess create(ContainerId id, Path bundle, Streams streams, Patience patience) {
        Path pidFile = bundle.resolve(PID_FILE);
        List<String> words = new ArrayList<>(List.of("create", "--bundle", bundle.toString()));
        addFiles(words, pidFile, streams);
        words.add(id.value());
        deleteStale(pidFile);
        Path logFile = bundle.resolve(LOG_FILE);
        long logEnd = RuntimeLog.end(logFile);
        return make(
                command(logOptions(logFile), words),
                "create",
                () -> RuntimeLog.lastError(logFile, logEnd),
                pidFile,
                streams,
                patience);
    }

    @Override
    public ChildProcess exec(
            ContainerId id,
            Path bundle,
            String name,
            byte[] process,
            Streams streams,
            Deadline deadline) {
        try (ExecFiles files = ExecFiles.write(bundle, name, process)) {
            List<String> words =
                    new ArrayList<>(List.of("exec", "--process", files.process() + "", "--detach"));
            addFiles(words, files.pid(), streams);
            words.add(id.value());
            return make(
                    command(log(files.log()), words),
                    "exec",
                    files::lastError,
                    files.pid(),
                    streams,
                    Patience.until(deadline));
        }
    }

    private static void addFiles(List<String> words, Path pidFile, Streams streams) {
        words.addAll(List.of("--pid-file", pidFile.toString()));
        streams.consoleSocket()
                .ifPresent(socket -> words.addAll(List.of("--console-socket", socket.toString())));
    }

    /**
     * Runs a command that makes a process and leaves it to us. What the command prints goes to the
     * process's streams: its log alone says why it failed.
     */
    private ChildProcess make(
            List<String> argv,
            String verb,
            Supplier<Optional<Said>> lastError,
            Path pidFile,
            Streams streams,
            Patience patience) {
        Children.Hold hold = children.hold();
        try {
            Ended ended = runner.run(argv, streams.descriptors(), patience);
            if (ended.succeeded()) {
                return claim(pidFile, ended);
            }
            if (ended.killed() || ended.diedOfASignal()) {
                abandon(ended); // it could not clean up behind itself
            }
            throw failure(verb, ended, lastError.get().orElse(Said.plainly("")));
        } finally {
            hold.close();
        }
    }

    private ChildProcess claim(Path pidFile, Ended ended) {
        try {
            return children.claim(readPid(pidFile));
        } catch (ShimException e) {
            abandon(ended); // it runs, and nobody would see its end
            throw e;
        }
    }

    /** Kills what a command has left, once its hold is closed. */
    private void abandon(Ended ended) {
        CompletableFuture<Void> unused = children.end(ended.orphans(), orphan -> true);
    }

    @Override
    public void start(ContainerId id, Path bundle, Deadline deadline) {
        run("start", bundle, deadline, id.value());
    }

    @Override
    public void kill(ContainerId id, Path bundle, int signal, Target target, Deadline deadline) {
        String number = Integer.toString(signal);
        switch (target) {
            case INIT -> run("kill", bundle, deadline, id.value(), number);
            case ALL -> run("kill", bundle, deadline, "--all", id.value(), number);
        }
    }

    @Override
    public void delete(ContainerId id, Path bundle, Deadline deadline) {
        run("delete", bundle, deadline, id.value());
    }

    @Override
    public Discarded discard(ContainerId id, Path bundle, Deadline deadline) {
        try {
            // no log: containerd may remove the bundle, where it would be, at any time
            Path holder =
                    RuntimeState.parse(run(List.of(), "state", deadline, id.value()).stdout())
                            .bundle();
            if (!sameDirectory(holder, bundle)) {
                log.info(
                        "id "
                                + id
                                + " belongs to "
                                + holder
                                + ", not to "
                                + bundle
                                + ": left alone");
                return Discarded.FOREIGN;
            }
            List<String> words = List.of("delete", "--force", id.value());
            checked("delete", runner.runOrLeave(command(List.of(), words), deadline));
            return Discarded.REMOVED;
        } catch (ShimException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw new ShimException(e.code(), e.kind(), e.getMessage() + "; " + left(id), e);
            }
            return Discarded.NOTHING;
        }
    }

    private String left(ContainerId id) {
        return String.join(
                " ",
                "what the runtime keeps of it is removed by:",
                program.name(),
                "--root",
                root.toString(),
                "delete --force",
                id.value());
    }

    private Output run(String verb, Path bundle, Deadline deadline, String... arguments) {
        return run(logOptions(bundle.resolve(LOG_FILE)), verb, deadline, arguments);
    }

    private Output run(List<String> options, String verb, Deadline deadline, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(verb);
        words.addAll(List.of(arguments));
        return checked(verb, runner.run(command(options, words), deadline));
    }

    private Output checked(String verb, Output output) {
        if (!output.ended().succeeded()) {
            throw failure(verb, output.ended(), Said.plainly(said(output.stderr())));
        }
        return output;
    }

    private List<String> command(List<String> options, List<String> words) {
        List<String> argv = new ArrayList<>();
        argv.add(program.find());
        argv.addAll(List.of("--root", root.toString()));
        argv.addAll(options);
        argv.addAll(words);
        return argv;
    }

    private static List<String> logOptions(Path logFile) {
        return RuntimeLog.isWritable(logFile) ? log(logFile) : List.of();
    }

    private static List<String> log(Path file) {
        return List.of("--log", file.toString(), "--log-format", "json");
    }

    private ShimException failure(String verb, Ended ended, Said said) {
        if (ended.killed()) {
            return ended.tooLate();
        }
        String message =
                said.message().isEmpty()
                        ? program.name()
                                + " ended with status "
                                + ended.exit().status().shellStatus()
                        : said.message();
        log.info(verb + " failed: " + message);
        return RuntimeFailure.of(said.code(), verb, message);
    }

    /** The last line that says something. */
    private static String said(String stderr) {
        return stderr.lines()
                .filter(line -> !line.isBlank())
                .reduce((a, b) -> b)
                .orElse("")
                .strip();
    }

    private static void deleteStale(Path pidFile) {
        try {
            Files.deleteIfExists(pidFile);
        } catch (IOException e) {
            throw new ShimException(
                    ErrorCode.E_SYSTEM,
                    Kind.FAILED,
                    "delete " + pidFile + ": " + FailureText.of(e),
                    e);
        }
    }

    private static int readPid(Path pidFile) {
        try {
            return Integer.parseInt(Files.readString(pidFile).strip());
        } catch (IOException | NumberFormatException e) {
            throw new ShimException(
                    ErrorCode.E_RUNTIME_ANSWER,
                    Kind.FAILED,
                    "the OCI runtime left no pid in " + pidFile + ": " + FailureText.of(e),
                    e);
        }
    }

    private static boolean sameDirectory(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return a.normalize().equals(b.normalize()); // one of them is gone
        }
    }
}
