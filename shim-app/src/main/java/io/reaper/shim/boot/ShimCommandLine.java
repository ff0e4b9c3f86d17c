package io.reaper.shim.boot;

import io.reaper.linux.Fd;
import io.reaper.linux.LinuxException;
import io.reaper.shim.ShimException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The commands; an error is one line on stderr and an exit status that is not 0. */
public final class ShimCommandLine {

    private static final String NAME = "containerd-shim-reaper-v2: ";

    /**
     * Made while a native image is built: reading the annotations takes longer than most actions.
     * It keeps the options of a call, so there is one call in a process.
     */
    private static final CommandLine PREPARED =
            new CommandLine(new RootCommand())
                    .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                    .setParameterExceptionHandler((error, words) -> fail(error))
                    .setExecutionExceptionHandler((error, command, parsed) -> fail(error));

    private ShimCommandLine() {}

    /** The program with its actions, for those who look at what it takes. */
    static CommandLine model() {
        return PREPARED;
    }

    /**
     * Does what the arguments say, once in a process.
     *
     * @param args as {@link GoFlags#toPicocli} gives them
     * @return the exit status
     */
    public static int execute(String... args) {
        return PREPARED.execute(args);
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
