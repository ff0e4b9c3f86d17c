package io.reaper.shim.runtime;

import io.reaper.contract.ContainerId;
import io.reaper.contract.Settings;
import io.reaper.linux.Deadline;
import io.reaper.linux.Fd;
import io.reaper.shim.ShimException;
import io.reaper.shim.ShimException.Kind;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.runtime.CommandRunner.Ended;
import io.reaper.shim.runtime.CommandRunner.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Drives any runtime with runc's command line. Each command gets {@code --root} (one directory for
 * all containerd namespaces, {@code REAPER_RUNTIME_ROOT}: what makes an id unique on the node),
 * {@code --log BUNDLE/log.json} and {@code --log-format json}.
 */
public final class RuntimeClient implements OciRuntime {

    private static final String PID_FILE = "init.pid";
    private static final String LOG_FILE = "log.json";

    private final String configuredPath;
    private final Path root;
    private final Children children;
    private final CommandRunner runner;
    private final ShimLog log;

    /**
     * Drives one runtime.
     *
     * @param configuredPath of the runtime's program, or its bare name
     * @param root where it keeps its containers' state
     */
    public RuntimeClient(String configuredPath, Path root, Children children, ShimLog log) {
        this.configuredPath = configuredPath;
        this.root = root;
        this.children = children;
        this.runner = new CommandRunner(children);
        this.log = log;
    }

    public static RuntimeClient of(Settings settings, Children children, ShimLog log) {
        return new RuntimeClient(settings.runtimePath(), settings.runtimeRoot(), children, log);
    }

    @Override
    public ChildProcess create(ContainerId id, Path bundle, List<Fd> streams, Deadline deadline) {
        Path pidFile = bundle.resolve(PID_FILE);
        long logEnd = RuntimeLog.end(bundle.resolve(LOG_FILE));
        List<String> argv =
                command(
                        logOptions(bundle),
                        List.of(
                                "create",
                                "--bundle",
                                bundle + "",
                                "--pid-file",
                                pidFile + "",
                                id + ""));
        Ended ended;
        Children.Hold hold = children.hold();
        try {
            deleteStale(pidFile);
            ended = runner.run(argv, streams, deadline);
            if (ended.succeeded()) {
                return children.claim(readPid(pidFile));
            }
        } finally {
            hold.close();
        }
        CompletableFuture<Void> unused = children.end(ended.exit().orphans());
        // what the command printed went to the container's streams: its log alone says why it
        // failed
        String said = RuntimeLog.lastError(bundle.resolve(LOG_FILE), logEnd).orElse("");
        throw failure("create", ended, said);
    }

    @Override
    public void start(ContainerId id, Path bundle, Deadline deadline) {
        run("start", bundle, deadline, id.value());
    }

    @Override
    public RuntimeState state(ContainerId id, Path bundle, Deadline deadline) {
        return RuntimeState.parse(run("state", bundle, deadline, id.value()).stdout());
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
            run(List.of(), "delete", deadline, "--force", id.value());
            return Discarded.REMOVED;
        } catch (ShimException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
            return Discarded.NOTHING;
        }
    }

    private Output run(String verb, Path bundle, Deadline deadline, String... arguments) {
        return run(logOptions(bundle), verb, deadline, arguments);
    }

    private Output run(List<String> options, String verb, Deadline deadline, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(verb);
        words.addAll(List.of(arguments));
        Output output = runner.run(command(options, words), deadline);
        if (!output.ended().succeeded()) {
            throw failure(verb, output.ended(), said(output.stderr()));
        }
        return output;
    }

    private List<String> command(List<String> options, List<String> words) {
        String searchPath = Optional.ofNullable(System.getenv("PATH")).orElse("");
        List<String> argv = new ArrayList<>();
        argv.add(RuntimeBinary.resolve(configuredPath, searchPath));
        argv.addAll(List.of("--root", root.toString()));
        argv.addAll(options);
        argv.addAll(words);
        return argv;
    }

    private static List<String> logOptions(Path bundle) {
        return Files.isDirectory(bundle) // a dead shim's bundle may be gone already
                ? List.of("--log", bundle.resolve(LOG_FILE) + "", "--log-format", "json")
                : List.of();
    }

    private ShimException failure(String verb, Ended ended, String said) {
        if (ended.killed()) {
            return ended.tooLate();
        }
        String message =
                said.isEmpty()
                        ? configuredPath
                                + " ended with status "
                                + ended.exit().status().shellStatus()
                        : said;
        log.info(verb + " failed: " + message);
        return RuntimeFailure.of(verb, message);
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
            throw new ShimException(Kind.FAILED, "delete " + pidFile + ": " + e.getMessage(), e);
        }
    }

    private static int readPid(Path pidFile) {
        try {
            return Integer.parseInt(Files.readString(pidFile).strip());
        } catch (IOException | NumberFormatException e) {
            throw new ShimException(
                    Kind.FAILED,
                    "the OCI runtime left no pid in " + pidFile + ": " + e.getMessage(),
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
