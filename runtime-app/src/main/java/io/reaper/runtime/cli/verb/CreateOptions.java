package io.reaper.runtime.cli.verb;

import io.reaper.contract.ContainerId;
import io.reaper.contract.WorkingDirectory;
import io.reaper.runtime.cli.option.ContainerIdConverter;
import io.reaper.runtime.cli.option.CountConverter;
import io.reaper.runtime.lifecycle.CreateRequest;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

    @Option(
            names = "--pidfd-socket",
            paramLabel = "SOCKET",
            description = "send a pidfd of the init process to the listener there")
    Optional<Path> pidfdSocket = Optional.empty();

    @Option(
            names = "--no-pivot",
            description =
                    "enter the root by moving a mount and chroot, not by pivot_root; without"
                            + " effect in host mode")
    boolean noPivot;

    @Option(
            names = "--no-new-keyring",
            description = "the program keeps the caller's session keyring")
    boolean noNewKeyring;

    @Option(
            names = "--preserve-fds",
            paramLabel = "N",
            converter = CountConverter.class,
            description = "pass on those of the N descriptors from 3 on that are open (default: 0)")
    int preserveFds;

    /**
     * @param detached whether the verb returns while the program runs
     */
    CreateRequest request(boolean detached) {
        return new CreateRequest(
                id,
                WorkingDirectory.check(bundle),
                pidFile,
                consoleSocket,
                pidfdSocket,
                detached,
                !noNewKeyring,
                noPivot,
                preserveFds);
    }
}
