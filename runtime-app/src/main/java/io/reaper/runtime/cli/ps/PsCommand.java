package io.reaper.runtime.cli.ps;

import io.reaper.runtime.cli.answer.Answer;
import io.reaper.runtime.cli.answer.OutputFormat;
import io.reaper.runtime.cli.answer.OutputFormatConverter;
import io.reaper.runtime.cli.option.ContainerArgument;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
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
        header = "show a container's processes",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    The rows that ps(1) prints of them, below its header; everything after the ID is",
            "    for ps(1), which must print a column PID. With --format json their pids only,",
            "    without ps(1)."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {
            "    reaper-runtime ps test1",
            "    reaper-runtime ps test1 -o pid,user,args",
            "    reaper-runtime ps --format json test1"
        })
public final class PsCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin ContainerArgument container;

    @Parameters(
            index = "1..*",
            paramLabel = "PS_OPTION",
            description = "options of ps(1) (default: -ef)")
    List<String> psOptions = List.of();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            converter = OutputFormatConverter.class,
            completionCandidates = OutputFormatConverter.class,
            description = "table (default) or json")
    OutputFormat format = OutputFormat.TABLE;

    @Mixin HelpOption help;

    @Spec CommandSpec spec;

    @Override
    public Integer call() {
        if (format == OutputFormat.JSON && !psOptions.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "options of ps(1) go with --format table only");
        }
        List<Integer> pids = runtime.query().processes(container.id());
        Answer.print(
                switch (format) {
                    case JSON -> json(pids).getBytes(StandardCharsets.UTF_8);
                    case TABLE -> PsProgram.rows(pids, psOptions);
                });
        return 0;
    }

    private static String json(List<Integer> pids) {
        return pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]\n"));
    }
}
