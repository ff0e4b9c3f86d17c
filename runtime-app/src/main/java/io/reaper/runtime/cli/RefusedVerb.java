package io.reaper.runtime.cli;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Verbs that callers of other runtimes know and this one does not have: an error that says why,
 * whatever their arguments, and no word in the help.
 */
enum RefusedVerb {
    PAUSE(
            "pause",
            "this version has no freezer; \"kill --all ID STOP\" stops the processes one by one"),
    RESUME(
            "resume",
            "this version has no freezer; \"kill --all ID CONT\" continues stopped processes"),
    EVENTS("events", "this version does not account for resources"),
    UPDATE("update", "this version sets no resource limits"),
    CHECKPOINT("checkpoint", "this version does not save processes"),
    RESTORE("restore", "this version does not save processes");

    /** What calling one of them ends in. */
    static final class RefusedException extends ReaperException {

        private static final long serialVersionUID = 1;

        RefusedException(RefusedVerb verb) {
            super(
                    ErrorCode.E_NOT_SUPPORTED,
                    "\"" + verb.word + "\" is not supported: " + verb.reason);
        }
    }

    private final String word;
    private final String reason;

    RefusedVerb(String word, String reason) {
        this.word = word;
        this.reason = reason;
    }

    static void addAllTo(CommandLine commandLine) {
        for (RefusedVerb verb : values()) {
            Callable<Integer> refusal =
                    () -> {
                        throw new RefusedException(verb);
                    };
            CommandSpec spec = CommandSpec.wrapWithoutInspection(refusal);
            spec.usageMessage().hidden(true);
            spec.parser().unmatchedArgumentsAllowed(true);
            commandLine.addSubcommand(verb.word, spec);
        }
    }
}
