package io.reaper.runtime.cli.verb;

import io.reaper.runtime.cli.option.ContainerArgument;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code delete}. */
@Command(
        name = "delete",
        headerHeading = "NAME%n    reaper-runtime-delete - ",
        header = "remove a stopped container and all of its processes",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    A created container is killed first. One that was sent a deadly signal by kill",
            "    is waited for, up to 10 seconds. Any other running one is an error."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {"    reaper-runtime delete test1", "    reaper-runtime delete --force test1"})
public final class DeleteCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin ContainerArgument container;

    @Option(
            names = {"-f", "--force"},
            description = "kill whatever lives; a container that does not exist is no error")
    boolean force;

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        if (force) {
            runtime.delete().forced(container.id());
        } else {
            runtime.delete().stopped(container.id());
        }
        return 0;
    }
}
