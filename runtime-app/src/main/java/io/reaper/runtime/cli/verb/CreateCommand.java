package io.reaper.runtime.cli.verb;

import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code create}. */
@Command(
        name = "create",
        headerHeading = "NAME%n    reaper-runtime-create - ",
        header = "make a container, without running its program",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    Reads the bundle's config.json, applies it to a new process, and leaves that",
            "    waiting for start. Standard input, output and error are the program's. A",
            "    program that is missing or not executable fails create, and nothing is left."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {
            "    reaper-runtime create test1 --bundle /path/to/bundle",
            "    reaper-runtime --log log.json --log-format json create --pid-file init.pid test1"
        })
public final class CreateCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin CreateOptions options;
    @Mixin HelpOption help;

    @Override
    public Integer call() {
        runtime.create().create(options.request(true)).release();
        return 0;
    }
}
