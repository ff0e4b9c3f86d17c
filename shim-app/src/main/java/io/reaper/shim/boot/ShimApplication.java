package io.reaper.shim.boot;

import io.quarkus.runtime.QuarkusApplication;
import io.reaper.linux.Fd;
import io.reaper.linux.LinuxException;
import io.reaper.shim.ShimException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The commands under Quarkus: an error is one line on stderr and an exit status that is not 0. */
public final class ShimApplication implements QuarkusApplication {

    private static final String NAME = "containerd-shim-reaper-v2: ";

    private final CommandLine.IFactory commands;

    public ShimApplication(CommandLine.IFactory commands) {
        this.commands = commands;
    }

    @Override
    public int run(String... args) {
        return new CommandLine(RootCommand.class, commands)
                .setParameterExceptionHandler((error, words) -> fail(error))
                .setExecutionExceptionHandler((error, command, parsed) -> fail(error))
                .execute(args);
    }

    /** containerd shows this line to the user (of {@code start}) or logs it. */
    private static int fail(Exception error) {
        String line = NAME + ShimException.text(error) + "\n";
        try {
            Fd.of(2).write(line.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            return 1; // nobody listens
        }
        return 1;
    }
}
