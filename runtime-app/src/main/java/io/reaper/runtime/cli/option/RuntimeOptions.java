package io.reaper.runtime.cli.option;

import io.reaper.contract.Isolation;
import io.reaper.contract.Settings;
import io.reaper.contract.WorkingDirectory;
import io.reaper.contract.WorkingDirectory.LostDirectoryException;
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
import picocli.CommandLine.Option;

/**
 * What all verbs share, read from the options before the verb and from the settings. The program
 * itself takes these options; its verbs know it as this class only.
 */
public abstract class RuntimeOptions {

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

    private Optional<RuntimeLog> log = Optional.empty();
    private Optional<Settings> settings = Optional.empty();

    /**
     * The log of this invocation, opened at the first use.
     *
     * @throws LinuxException if the file given by --log cannot be written
     */
    public RuntimeLog log() {
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
            return setting.map(WorkingDirectory::check)
                    .map(path -> RuntimeLog.open(path, logFormat, debug))
                    .orElseGet(RuntimeLog::none);
        } catch (LinuxException | LostDirectoryException e) {
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

    /** What a container is created with that is created now. */
    public Isolation isolation() {
        return settings().isolation();
    }

    private StateStore store() {
        return new StateStore(
                root.orElseGet(() -> WorkingDirectory.check(settings().runtimeRoot())));
    }

    public Create create() {
        return new Create(store(), settings(), log());
    }

    public Start start() {
        return new Start(store(), log());
    }

    public Kill kill() {
        return new Kill(store(), this::log);
    }

    public Delete delete() {
        return new Delete(store(), log());
    }

    public Run containerRun() {
        return new Run(store(), create(), start(), delete(), log());
    }

    public Exec exec() {
        return new Exec(store(), log());
    }

    public Query query() {
        return new Query(store(), log());
    }
}
