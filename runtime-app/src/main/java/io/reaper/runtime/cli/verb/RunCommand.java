package io.reaper.runtime.cli.verb;

import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.lifecycle.CreateRequest;
import io.reaper.runtime.lifecycle.Run.AtEnd;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code run}. */
@Command(
        name = "run",
        headerHeading = "NAME%n    reaper-runtime-run - ",
        header = "create and start a container, wait for its end, delete it",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    The exit status is the program's, or 128 + the signal that ended it. Signals are",
            "    passed on to the program. If config.json asks for a terminal (process.terminal),",
            "    the program gets one, which is shown on the terminal that run is called from."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {
            "    reaper-runtime run --bundle /path/to/bundle test1",
            "    reaper-runtime run -d -b /path/to/bundle test1 && reaper-runtime state test1"
        })
public final class RunCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin CreateOptions options;

    @Option(
            names = {"-d", "--detach"},
            description = "return as soon as the program runs; the container stays")
    boolean detach;

    @Option(
            names = "--keep",
            description = "do not delete the container at its end: state tells its exit status")
    boolean keep;

    @Option(
            names = "--no-subreaper",
            description = "do not adopt processes whose parents end before them")
    boolean noSubreaper;

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        CreateRequest request = options.request(detach);
        if (detach) {
            runtime.containerRun().detached(request);
            return 0;
        }
        return runtime.containerRun()
                .foreground(request, keep ? AtEnd.KEEP : AtEnd.DELETE, !noSubreaper);
    }
}
