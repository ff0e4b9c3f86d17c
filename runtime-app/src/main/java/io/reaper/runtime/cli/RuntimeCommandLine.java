package io.reaper.runtime.cli;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.cli.verb.ExecCommand;
import io.reaper.runtime.log.RuntimeLog;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of the program, and how its errors end: one line on standard error and in the
 * log.
 */
public final class RuntimeCommandLine {

    private static final int FAILURE = 1;
    private static final int CANNOT_EXEC = 255;
    private static final int WIDTH = 100;

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
        commandLine.getSubcommands().get("exec").setStopAtPositional(true);
        commandLine.getSubcommands().get("ps").setStopAtPositional(true); // options of ps(1)
        RefusedVerb.addAllTo(commandLine);
        commandLine.setParameterExceptionHandler((e, args) -> misuse(e));
        commandLine.setExecutionExceptionHandler((e, line, parsed) -> failure(e, line));
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
     * Does what the arguments say.
     *
     * @return the exit status
     */
    public int execute(String... args) {
        try {
            return commandLine.execute(args);
        } catch (OutOfMemoryError e) {
            report(
                    ErrorCode.E_NO_MEMORY,
                    "out of memory: what was read does not fit into the heap");
            return FAILURE;
        }
    }

    private int misuse(ParameterException e) {
        CommandLine at = e.getCommandLine();
        if (e instanceof UnmatchedArgumentException unmatched) {
            report(ErrorCode.E_USAGE, unexpected(at, unmatched));
        } else if (e.getCause() instanceof ReaperException refused) {
            report(
                    refused.code(),
                    refused.getMessage()); // its own words, without picocli's preface
        } else {
            report(ErrorCode.E_USAGE, e.getMessage());
        }
        System.err.println(
                "Try \"" + at.getCommandSpec().qualifiedName() + " --help\" for what is accepted.");
        return at.getCommand() instanceof ExecCommand ? CANNOT_EXEC : FAILURE;
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

    private int failure(Exception e, CommandLine at) {
        if (e instanceof ParameterException misuse) {
            return misuse(misuse);
        }
        boolean exec = at.getCommand() instanceof ExecCommand;
        report(ErrorCode.of(e), (exec ? "exec failed: " : "") + message(e));
        return exec ? CANNOT_EXEC : FAILURE;
    }

    private void report(ErrorCode code, String message) {
        String line =
                CONTROL.matcher(Excerpt.words(message.lines().collect(Collectors.joining(" "))))
                        .replaceAll("?");
        System.err.println(line);
        try (RuntimeLog log = command.log()) {
            log.error(code, line);
        } catch (RuntimeException e) {
            String unlogged = message(e);
            if (!unlogged.equals(line)) {
                System.err.println(unlogged);
            }
        }
    }

    private static String message(Exception e) {
        if (e instanceof UncheckedIOException wrapped) {
            return wrapped.getCause() instanceof FileSystemException file
                    ? file.getFile()
                            + ": "
                            + (file.getReason() == null
                                    ? file.getClass().getSimpleName()
                                    : file.getReason())
                    : wrapped.getCause().getMessage();
        }
        boolean expected = e instanceof ReaperException || e instanceof LinuxException;
        return expected ? e.getMessage() : "internal error: " + e;
    }
}
