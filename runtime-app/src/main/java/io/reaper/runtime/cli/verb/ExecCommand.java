package io.reaper.runtime.cli.verb;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.text.Digits;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.cli.option.ContainerArgument;
import io.reaper.runtime.cli.option.CountConverter;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.lifecycle.ExecProcess;
import io.reaper.runtime.lifecycle.ExecRequest;
import io.reaper.runtime.state.ContainerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code exec}. Options end at the id: what follows is the program's. */
@Command(
        name = "exec",
        headerHeading = "NAME%n    reaper-runtime-exec - ",
        header = "run one more program in a running container",
        synopsisHeading = "%nSYNOPSIS%n    ",
        customSynopsis = {
            "reaper-runtime exec [OPTIONS] ID [--] COMMAND [ARGS]",
            "    reaper-runtime exec [OPTIONS] --process FILE ID"
        },
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    COMMAND runs as the container's own process does (its user, capabilities, limits",
            "    and variables), but for what the options change. With --process, FILE says all.",
            "    The exit status is the program's, or 128 + the signal that ended it; 255 if it",
            "    cannot start. Signals are passed on to it. It ends with the container."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {
            "    reaper-runtime exec test1 ps aux",
            "    reaper-runtime exec -t -e TERM=$TERM test1 sh",
            "    reaper-runtime exec -d --process process.json --pid-file exec.pid test1"
        })
public final class ExecCommand implements Callable<Integer> {

    private static final String END_OF_OPTIONS = "--";
    private static final long ID_MAX = 0xffff_fffeL;

    @ParentCommand RuntimeOptions runtime;
    @Mixin ContainerArgument container;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "the program and its arguments")
    List<String> command = new ArrayList<>();

    @Option(
            names = {"-p", "--process"},
            paramLabel = "FILE",
            description = "a JSON document with the process, as in config.json")
    Optional<Path> process = Optional.empty();

    @Option(names = "--cwd", paramLabel = "DIR", description = "working directory")
    Optional<String> cwd = Optional.empty();

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "a variable more, or another value of one")
    List<String> env = new ArrayList<>();

    @Option(
            names = {"-t", "--tty"},
            description = "the program gets a terminal")
    boolean tty;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "UID[:GID]",
            description = "other user, other group")
    Optional<String> user = Optional.empty();

    @Option(
            names = {"-g", "--additional-gids"},
            paramLabel = "GID",
            description = "a group more")
    List<String> additionalGids = new ArrayList<>();

    @Option(
            names = {"-c", "--cap"},
            paramLabel = "CAP",
            description = "a capability more, such as CAP_KILL")
    List<String> capabilities = new ArrayList<>();

    @Option(names = "--no-new-privs", description = "the program cannot gain privileges")
    boolean noNewPrivileges;

    @Option(
            names = {"-d", "--detach"},
            description = "return as soon as the program runs")
    boolean detach;

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            description = "write the pid of the process to FILE")
    Optional<Path> pidFile = Optional.empty();

    @Option(
            names = "--console-socket",
            paramLabel = "SOCKET",
            description = "send the program's terminal to the listener there; with --detach")
    Optional<Path> consoleSocket = Optional.empty();

    @Option(
            names = "--pidfd-socket",
            paramLabel = "SOCKET",
            description = "send a pidfd of the process to the listener there")
    Optional<Path> pidfdSocket = Optional.empty();

    @Option(
            names = "--preserve-fds",
            paramLabel = "N",
            converter = CountConverter.class,
            description = "pass on those of the N descriptors from 3 on that are open (default: 0)")
    int preserveFds;

    @Option(names = "--ignore-paused", description = "also where the container is frozen")
    boolean ignorePaused;

    @Option(
            names = {"--process-label", "--apparmor", "--cgroup"},
            paramLabel = "VALUE",
            description = "refused: there are no labels, no profiles, no groups of its own yet")
    Optional<String> isolation = Optional.empty();

    @Mixin HelpOption help;

    @Spec CommandSpec spec;

    @Override
    public Integer call() {
        if (isolation.filter(value -> !value.isEmpty()).isPresent()) {
            throw refused(
                    "--process-label, --apparmor and --cgroup are not supported: leave them out");
        }
        if (process.isPresent() && !program().isEmpty()) {
            throw refused("--process FILE says what runs: leave out the command behind the ID");
        }
        ExecRequest request =
                new ExecRequest(
                        container.id(),
                        process.<ExecProcess>map(file -> new ExecProcess.Described(file, tty))
                                .orElseGet(this::alike),
                        pidFile,
                        consoleSocket,
                        pidfdSocket,
                        preserveFds,
                        detach,
                        ignorePaused);
        if (detach) {
            runtime.exec().detached(request);
            return 0;
        }
        return runtime.exec().foreground(request);
    }

    private ExecProcess alike() {
        List<String> args = program();
        if (args.isEmpty() || args.getFirst().isEmpty()) {
            throw new ContainerException(
                    ErrorCode.E_PROCESS_INVALID, "process args cannot be empty");
        }
        if (cwd.isPresent() && !cwd.get().startsWith("/")) {
            throw new ContainerException(
                    ErrorCode.E_PROCESS_INVALID,
                    "--cwd " + Excerpt.of(cwd.get()) + ": not an absolute path");
        }
        for (int i = 0; i < env.size(); i++) {
            int equals = env.get(i).indexOf('=');
            if (equals <= 0) { // and no word of what it says: values are nobody's business
                throw new ContainerException(
                        ErrorCode.E_PROCESS_INVALID,
                        "invalid environment variable: --env number "
                                + (i + 1)
                                + (equals < 0 ? " has no \"=\"" : " has no name"));
            }
        }
        int colon = user.orElse("").indexOf(':');
        Optional<String> uid = colon < 0 ? user : user.map(text -> text.substring(0, colon));
        Optional<String> gid =
                colon < 0 ? Optional.empty() : user.map(text -> text.substring(colon + 1));
        return new ExecProcess.Alike(
                List.copyOf(args),
                cwd,
                List.copyOf(env),
                tty,
                id(uid),
                id(gid),
                additionalGids.stream()
                        .map(text -> number(text, "--additional-gids", text))
                        .toList(),
                List.copyOf(capabilities),
                noNewPrivileges);
    }

    private List<String> program() {
        boolean marked = !command.isEmpty() && command.getFirst().equals(END_OF_OPTIONS);
        return marked ? command.subList(1, command.size()) : command;
    }

    private OptionalInt id(Optional<String> part) {
        return part.map(text -> OptionalInt.of(number(text, "--user", user.orElseThrow())))
                .orElse(OptionalInt.empty());
    }

    /** An unsigned 32-bit number in the bits of an int. */
    private static int number(String text, String option, String given) {
        OptionalLong value = Digits.parse(text, ID_MAX);
        if (value.isPresent()) {
            return (int) value.getAsLong();
        }
        throw new ContainerException(
                ErrorCode.E_PROCESS_INVALID,
                option
                        + " "
                        + Excerpt.quoted(given)
                        + ": not a number from 0 to "
                        + ID_MAX
                        + " (names are unknown)");
    }

    private ParameterException refused(String reason) {
        return new ParameterException(spec.commandLine(), reason);
    }
}
