package io.reaper.runtime.cli;

import io.reaper.contract.ContainerId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code ps}. */
@Command(
        name = "ps",
        headerHeading = "NAME%n    reaper-runtime-ps - ",
        header = "print the pids of a container's processes",
        synopsisHeading = "%nSYNOPSIS%n    ",
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = "    reaper-runtime ps --format json test1")
final class PsCommand implements Callable<Integer> {

    @ParentCommand RuntimeCommand runtime;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            converter = ContainerIdConverter.class,
            description = "the container's name")
    ContainerId id;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "json",
            converter = OutputFormatConverter.class,
            description = "json; the table form is not supported yet")
    OutputFormat format = OutputFormat.TABLE;

    @Mixin HelpOption help;

    @Spec CommandSpec spec;

    @Override
    public Integer call() {
        List<Integer> pids =
                switch (format) {
                    case JSON -> runtime.query().processes(id);
                    case TABLE ->
                            throw new ParameterException(
                                    spec.commandLine(),
                                    "ps --format table is not supported yet: use --format json");
                };
        String array =
                pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]\n"));
        Answer.print(array.getBytes(StandardCharsets.UTF_8));
        return 0;
    }
}
