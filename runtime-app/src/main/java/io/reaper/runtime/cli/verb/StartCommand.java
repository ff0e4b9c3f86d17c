package io.reaper.runtime.cli.verb;

import io.reaper.runtime.cli.option.ContainerArgument;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code start}. */
@Command(
        name = "start",
        headerHeading = "NAME%n    reaper-runtime-start - ",
        header = "run the program of a created container",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = "    Returns when the program runs; an error if it cannot be executed.",
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = "    reaper-runtime start test1")
public final class StartCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin ContainerArgument container;

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        runtime.start().start(container.id());
        return 0;
    }
}
