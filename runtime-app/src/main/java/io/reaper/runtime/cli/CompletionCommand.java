package io.reaper.runtime.cli;

import io.reaper.runtime.cli.answer.Answer;
import io.reaper.runtime.cli.option.HelpOption;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code completion}. */
@Command(
        name = "completion",
        headerHeading = "NAME%n    reaper-runtime-completion - ",
        header = "print a script that completes verbs and options in bash",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    For the shell that runs, read it; for all later ones, leave it where",
            "    bash-completion looks. scripts/install.sh does that."
        },
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {
            "    . <(reaper-runtime completion)",
            "    reaper-runtime completion >/usr/share/bash-completion/completions/reaper-runtime"
        })
final class CompletionCommand implements Callable<Integer> {

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        Answer.print(RuntimeCommandLine.completion().getBytes(StandardCharsets.UTF_8));
        return 0;
    }
}
