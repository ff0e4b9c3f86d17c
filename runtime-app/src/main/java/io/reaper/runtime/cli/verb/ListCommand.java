package io.reaper.runtime.cli.verb;

import io.reaper.runtime.cli.answer.Answer;
import io.reaper.runtime.cli.answer.OutputFormat;
import io.reaper.runtime.cli.answer.OutputFormatConverter;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.lifecycle.Query;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code list}. */
@Command(
        name = "list",
        headerHeading = "NAME%n    reaper-runtime-list - ",
        header = "show all containers of the state directory",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    In the order of their ids; the pid of a stopped one is 0. A container whose state",
            "    cannot be read is left out, and named on standard error and in the log."
        },
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {"    reaper-runtime list", "    reaper-runtime --root /run/test list -q"})
public final class ListCommand implements Callable<Integer> {

    private static final List<String> TITLES =
            List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    private static final int LEAST_WIDTH = 12;
    private static final int GAP = 3;

    @ParentCommand RuntimeOptions runtime;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            converter = OutputFormatConverter.class,
            completionCandidates = OutputFormatConverter.class,
            description = "table (default) or json")
    OutputFormat format = OutputFormat.TABLE;

    @Option(
            names = {"-q", "--quiet"},
            description = "only the ids")
    boolean quiet;

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        Query.Containers all = runtime.query().list();
        all.problems().forEach(System.err::println);
        List<Snapshot> containers = all.found();
        if (quiet) {
            StringBuilder ids = new StringBuilder();
            containers.forEach(container -> ids.append(container.state().id()).append('\n'));
            Answer.print(ids.toString().getBytes(StandardCharsets.UTF_8));
        } else {
            Answer.print(
                    switch (format) {
                        case JSON -> StateJson.show(containers);
                        case TABLE -> table(containers).getBytes(StandardCharsets.UTF_8);
                    });
        }
        return 0;
    }

    private static String table(List<Snapshot> containers) {
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        for (Snapshot container : containers) {
            rows.add(
                    List.of(
                            container.state().id().toString(),
                            Integer.toString(container.shownPid()),
                            container.status().text(),
                            container.state().bundle().toString(),
                            container.state().created().toString(),
                            container.state().owner()));
        }
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            int start = 0;
            for (int column = 0; column < row.size(); column++) {
                line.append(" ".repeat(start - line.length())).append(row.get(column));
                start += width(rows, column);
            }
            table.append(line).append('\n');
        }
        return table.toString();
    }

    private static int width(List<List<String>> rows, int column) {
        int longest = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        return Math.max(LEAST_WIDTH, longest + GAP);
    }
}
