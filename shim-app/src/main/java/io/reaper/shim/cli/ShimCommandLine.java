package io.reaper.shim.cli;

import io.reaper.contract.WorkingDirectory;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.daemon.ServeCommand;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.input.GoFlags;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The commands; an error is one line on stderr and an exit status that is not 0. */
public final class ShimCommandLine {

    private static final String NAME = "containerd-shim-reaper-v2: ";

    private final ServeCommand serve;
    private final CommandLine commandLine;

    /**
     * Keeps the options of a call, so there is one call in a process.
     *
     * @param vertx gives the daemon its Vert.x, whose problems go to the given listener
     */
    public ShimCommandLine(Function<Consumer<String>, Vertx> vertx) {
        serve = new ServeCommand(vertx);
        commandLine =
                new CommandLine(new RootCommand(), new Commands(serve))
                        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        // picocli makes a command at its first use, by reflection, which an image has for none
        commandLine.getSubcommands().values().forEach(CommandLine::getCommand);
    }

    /** The one command with a constructor's parameter is given, picocli makes the others. */
    private record Commands(ServeCommand serve) implements IFactory {
        @Override
        public <T> T create(Class<T> type) throws Exception {
            return type == ServeCommand.class
                    ? type.cast(serve)
                    : CommandLine.defaultFactory().create(type);
        }
    }

    /** The program with its actions, for those who look at what it takes. */
    CommandLine model() {
        return commandLine;
    }

    /** Returns when the daemon has ended, if there is one, or has taken too long for it. */
    void awaitEnd() {
        serve.awaitEnd();
    }

    /**
     * Does what the arguments say. Whatever is thrown ends here, in one line.
     *
     * @param args in the syntax of Go's package flag, as containerd gives them
     * @return the exit status
     */
    public int execute(String... args) {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> fail(error));
        try {
            WorkingDirectory.leaveIfLost();
            // not picocli's own execute(), which prints the stack trace of what it does not expect
            return commandLine
                    .getExecutionStrategy()
                    .execute(commandLine.parseArgs(GoFlags.toPicocli(args)));
        } catch (ExecutionException e) {
            return fail(e.getCause() == null ? e : e.getCause());
        } catch (Throwable e) {
            return fail(e);
        }
    }

    /** containerd shows this line to the user (of {@code start}) or logs it. */
    private static int fail(Throwable error) {
        try {
            Fd.of(2).write((line(error) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            return 1; // nobody listens
        }
        return 1;
    }

    static String line(Throwable error) {
        return NAME + words(error);
    }

    /** What picocli says of a call that it does not understand is meant for users. */
    private static String words(Throwable error) {
        boolean misuse =
                error instanceof ParameterException
                        && (error.getCause() == null
                                || error.getCause() instanceof TypeConversionException);
        return misuse
                ? error.getMessage().lines().findFirst().orElse("")
                : ShimException.text(
                        error instanceof ParameterException && error.getCause() != null
                                ? error.getCause()
                                : error);
    }
}
