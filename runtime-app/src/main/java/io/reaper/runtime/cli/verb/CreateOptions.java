package io.reaper.runtime.cli.verb;

import io.reaper.contract.ContainerId;
import io.reaper.contract.WorkingDirectory;
import io.reaper.runtime.cli.option.ContainerIdConverter;
import io.reaper.runtime.lifecycle.CreateRequest;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code create} and {@code run} both take. */
final class CreateOptions {

    @Parameters(
            index = "0",
            paramLabel = "ID",
            converter = ContainerIdConverter.class,
            description = "the container's name: 1 to 1024 letters, digits and _ + - .")
    ContainerId id;

    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            description = "directory with config.json (default: the current one)")
    Path bundle = Path.of(".");

    @Option(
            names = "--pid-file",
            paramLabel = "FILE",
            description = "write the pid of the init process to FILE")
    Optional<Path> pidFile = Optional.empty();

    @Option(
            names = "--console-socket",
            paramLabel = "SOCKET",
            description = "send the program's terminal (process.terminal) to the listener there")
    Optional<Path> consoleSocket = Optional.empty();

    @Option(names = "--no-pivot", description = "accepted: host mode changes no root")
    boolean noPivot;

    @Option(
            names = "--no-new-keyring",
            description = "the program keeps the caller's session keyring")
    boolean noNewKeyring;

    @Option(
            names = "--preserve-fds",
            paramLabel = "N",
            description = "pass N descriptors from 3 on to the program (default: 0)")
    int preserveFds;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /**
     * @param detached whether the verb returns while the program runs
     */
    CreateRequest request(boolean detached) {
        if (preserveFds < 0) {
            throw refused("--preserve-fds " + preserveFds + ": must not be negative");
        }
        return new CreateRequest(
                id,
                WorkingDirectory.check(bundle),
                pidFile,
                consoleSocket,
                detached,
                !noNewKeyring,
                preserveFds);
    }

    private ParameterException refused(String reason) {
        return new ParameterException(command.commandLine(), reason);
    }
}
