package io.reaper.runtime.cli;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.contract.ReaperException;
import io.reaper.contract.WorkingDirectory;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.cli.option.PathConverter;
import io.reaper.runtime.log.RuntimeLog;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of the program, and how its errors end: one line on standard error and in the
 * log.
 */
public final class RuntimeCommandLine {

    private static final int FAILURE = 1;
    private static final int CANNOT_EXEC = 255;
    private static final int WIDTH = 100;
    private static final String EXEC = "exec";

    /** What a document says is shown on somebody's terminal, which must not obey it. */
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");

    private static final boolean IMAGE =
            System.getProperty("org.graalvm.nativeimage.imagecode") != null;

    /** An image has the text, and not what makes it. */
    private static final String COMPLETION = IMAGE ? makeCompletion() : "";

    private final RuntimeCommand command = new RuntimeCommand();
    private final CommandLine commandLine = new CommandLine(command);

    public RuntimeCommandLine() {
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        commandLine.setUsageHelpWidth(WIDTH);
        commandLine.setInterpolateVariables(false); // no text of ours has any
        commandLine.setExpandAtFiles(false); // arguments of programs may start with @
        commandLine.getSubcommands().get(EXEC).setStopAtPositional(true);
        commandLine.getSubcommands().get("ps").setStopAtPositional(true); // options of ps(1)
        RefusedVerb.addAllTo(commandLine);
        commandLine.registerConverter(Path.class, new PathConverter());
    }

    /** The program with its verbs, for those who look at what it takes. */
    CommandLine model() {
        return commandLine;
    }

    /** A script for bash. */
    static String completion() {
        return IMAGE ? COMPLETION : makeCompletion();
    }

    private static String makeCompletion() {
        return AutoComplete.bash("reaper-runtime", new RuntimeCommandLine().commandLine);
    }

    /**
     * Does what the arguments say. Whatever is thrown ends here, in one line.
     *
     * @return the exit status
     */
    public int execute(String... args) {
        try {
            WorkingDirectory.leaveIfLost();
            return run(args);
        } catch (Throwable e) {
            return failure(e, isExec(args));
        }
    }

    /** Not picocli's own execute(), which prints the stack trace of what it does not expect. */
    private int run(String... args) {
        try {
            return commandLine.getExecutionStrategy().execute(commandLine.parseArgs(args));
        } catch (ParameterException e) {
            return misuse(e);
        } catch (ExecutionException e) {
            Throwable thrown = e.getCause() == null ? e : e.getCause();
            return thrown instanceof ParameterException misuse
                    ? misuse(misuse)
                    : failure(thrown, e.getCommandLine().getCommandName().equals(EXEC));
        }
    }

    private boolean isExec(String... args) {
        for (String arg : args) {
            if (commandLine.getSubcommands().containsKey(arg)) {
                return arg.equals(EXEC);
            }
        }
        return false;
    }

    private int misuse(ParameterException e) {
        CommandLine at = e.getCommandLine();
        Throwable cause = e.getCause();
        if (e instanceof UnmatchedArgumentException unmatched) {
            report(ErrorCode.E_USAGE, unexpected(at, unmatched));
        } else if (cause instanceof ReaperException refused) {
            report(
                    refused.code(),
                    refused.getMessage()); // its own words, without picocli's preface
        } else if (cause == null || cause instanceof TypeConversionException) {
            report(ErrorCode.E_USAGE, e.getMessage());
        } else { // picocli would name its class
            report(ErrorCode.E_USAGE, FailureText.of(cause));
        }
        System.err.println(
                "Try \"" + at.getCommandSpec().qualifiedName() + " --help\" for what is accepted.");
        return at.getCommandName().equals(EXEC) ? CANNOT_EXEC : FAILURE;
    }

    private String unexpected(CommandLine at, UnmatchedArgumentException e) {
        String first = e.getUnmatched().getFirst();
        if (first.startsWith("-")) {
            return "unknown option " + Excerpt.quoted(name(first));
        }
        return (at.getCommand() == command ? "unknown command \"" : "unexpected argument \"")
                + Excerpt.of(first)
                + "\"";
    }

    /** Without what is given to it, which may be a variable's value. */
    private static String name(String option) {
        int equals = option.indexOf('=');
        return equals < 0 ? option : option.substring(0, equals);
    }

    private int failure(Throwable e, boolean exec) {
        report(ErrorCode.of(e), (exec ? "exec failed: " : "") + FailureText.of(e));
        return exec ? CANNOT_EXEC : FAILURE;
    }

    private void report(ErrorCode code, String message) {
        String line =
                CONTROL.matcher(Excerpt.words(message.lines().collect(Collectors.joining(" "))))
                        .replaceAll("?");
        System.err.println(line);
        try (RuntimeLog log = command.log()) {
            log.error(code, line);
        } catch (Throwable e) {
            String unlogged = FailureText.of(e);
            if (!unlogged.equals(line)) {
                System.err.println(unlogged);
            }
        }
    }
}
