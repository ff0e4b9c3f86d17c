package io.reaper.runtime.cli;

import io.reaper.contract.Settings;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.lifecycle.Create;
import io.reaper.runtime.lifecycle.Delete;
import io.reaper.runtime.lifecycle.Exec;
import io.reaper.runtime.lifecycle.Kill;
import io.reaper.runtime.lifecycle.Query;
import io.reaper.runtime.lifecycle.Run;
import io.reaper.runtime.lifecycle.Start;
import io.reaper.runtime.log.LogFormat;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.StateStore;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program: what all verbs share, read from the options before the verb and from the settings.
 */
@Command(
        name = "reaper-runtime",
        headerHeading = "NAME%n",
        header =
                "    reaper-runtime - create and run containers as the OCI runtime specification"
                        + " says",
        synopsisHeading = "%nSYNOPSIS%n    ",
        customSynopsis = "reaper-runtime [OPTIONS] COMMAND [COMMAND OPTIONS] [ID]",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    Called by containerd's shims, podman and CRI-O, or by hand. A container is a",
            "    bundle, a directory with a config.json, made into a process: create prepares",
            "    it and start runs the program.",
            "    Host mode: the program runs on this machine itself. Namespaces, rootfs, mounts,",
            "    resource limits and seccomp of the bundle are not applied; the log names those",
            "    ignored."
        },
        commandListHeading = "%nCOMMANDS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nENVIRONMENT%n",
        footer = {
            "    REAPER_RUNTIME_ROOT   state directory (default /run/reaper); --root wins",
            "    REAPER_RUNTIME_LOG    log file; --log wins",
            "    REAPER_ISOLATION      \"host\", the only value of this version",
            "    REAPER_HOST_HOOKS     \"run\": also run hooks that would set up the host's"
                    + " network",
            "    REAPER_CONFIG         file with REAPER_X=value lines, used for what the"
                    + " environment",
            "                          does not set (default /etc/reaper/reaper.conf)",
            "",
            "EXIT STATUS",
            "    0 on success, 1 on any error (one line on standard error); run and exec: the",
            "    program's own; exec: 255 if it cannot start",
            "",
            "EXAMPLES",
            "    reaper-runtime create test1 --bundle /path/to/bundle",
            "    reaper-runtime state test1",
            "    reaper-runtime start test1",
            "    reaper-runtime kill test1 15",
            "    reaper-runtime delete test1"
        },
        versionProvider = VersionText.class,
        subcommands = {
            CreateCommand.class,
            StartCommand.class,
            StateCommand.class,
            KillCommand.class,
            DeleteCommand.class,
            RunCommand.class,
            ExecCommand.class,
            ListCommand.class,
            PsCommand.class,
            SpecCommand.class,
            FeaturesCommand.class,
            CompletionCommand.class
        })
public final class RuntimeCommand implements Runnable {

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "state directory (default: REAPER_RUNTIME_ROOT, else /run/reaper)")
    Optional<Path> root = Optional.empty();

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "append log lines to FILE (default: REAPER_RUNTIME_LOG, else none)")
    Optional<Path> logFile = Optional.empty();

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            converter = LogFormatConverter.class,
            completionCandidates = LogFormatConverter.class,
            description = "text or json (default: text)")
    LogFormat logFormat = LogFormat.TEXT;

    @Option(names = "--debug", description = "log debug messages too")
    boolean debug;

    @Option(
            names = "--systemd-cgroup",
            description = "accepted: cgroupsPath may have the form slice:prefix:name in any case")
    boolean systemdCgroup;

    @Option(
            names = "--rootless",
            paramLabel = "auto|true|false",
            description = "accepted, without effect")
    String rootless = "auto";

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "print the version and exit")
    boolean version;

    @Mixin HelpOption help;

    @Spec CommandSpec spec;

    private Optional<RuntimeLog> log = Optional.empty();
    private Optional<Settings> settings = Optional.empty();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * The log of this invocation, opened at the first use.
     *
     * @throws LinuxException if the file given by --log cannot be written
     */
    RuntimeLog log() {
        if (log.isEmpty()) {
            log = Optional.of(openLog());
        }
        return log.get();
    }

    private RuntimeLog openLog() {
        if (logFile.isPresent()) {
            return RuntimeLog.open(logFile.get(), logFormat, debug);
        }
        Optional<Path> setting = settings().runtimeLog();
        try {
            return setting.map(path -> RuntimeLog.open(path, logFormat, debug))
                    .orElseGet(RuntimeLog::none);
        } catch (LinuxException e) {
            return RuntimeLog.none(); // a node's log must not stop its containers
        }
    }

    /** Read once, at the first use. */
    private Settings settings() {
        if (settings.isEmpty()) {
            settings = Optional.of(Settings.load());
        }
        return settings.get();
    }

    private StateStore store() {
        return new StateStore(root.orElseGet(() -> settings().runtimeRoot()));
    }

    Create create() {
        return new Create(store(), settings(), log());
    }

    Start start() {
        return new Start(store(), log());
    }

    Kill kill() {
        return new Kill(store());
    }

    Delete delete() {
        return new Delete(store(), log());
    }

    Run containerRun() {
        return new Run(store(), create(), start(), delete());
    }

    Exec exec() {
        return new Exec(store(), log());
    }

    Query query() {
        return new Query(store(), log());
    }
}
