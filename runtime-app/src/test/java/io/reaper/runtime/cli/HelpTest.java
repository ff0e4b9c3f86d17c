package io.reaper.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The pages of all verbs, in the form of man pages; verbs are taken from the program itself. */
class HelpTest {

    /** Columns of a terminal that all can be expected to have. */
    private static final int WIDTH = 100;

    static Stream<String> verbs() {
        return new RuntimeCommandLine()
                .model().getSubcommands().entrySet().stream()
                        .filter(verb -> !verb.getValue().getCommandSpec().usageMessage().hidden())
                        .map(verb -> verb.getKey());
    }

    private static CommandSpec spec(String verb) {
        CommandLine program = new RuntimeCommandLine().model();
        return (verb.isEmpty() ? program : program.getSubcommands().get(verb)).getCommandSpec();
    }

    private static String page(String verb) {
        Outcome outcome = verb.isEmpty() ? Outcome.of("--help") : Outcome.of(verb, "--help");
        assertEquals(0, outcome.status());
        assertEquals("", outcome.err());
        return outcome.out();
    }

    /** Titles are the lines that start in the first column. */
    private static List<String> titles(String page) {
        return page.lines().filter(line -> line.matches("[A-Z].*")).toList();
    }

    /** The lines below a title, up to the next one. */
    private static List<String> section(String page, String title) {
        return page.lines()
                .dropWhile(line -> !line.equals(title))
                .skip(1)
                .takeWhile(line -> !line.matches("[A-Z].*"))
                .filter(line -> !line.isBlank())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void everyVerbHasAllSections(String verb) {
        String page = page(verb);
        List<String> wanted = new ArrayList<>(List.of("NAME", "SYNOPSIS", "DESCRIPTION"));
        if (!spec(verb).positionalParameters().isEmpty()) {
            wanted.add("ARGUMENTS");
        }
        wanted.addAll(List.of("OPTIONS", "EXAMPLES"));
        assertEquals(wanted, titles(page).stream().filter(wanted::contains).toList());
        for (String title : wanted) {
            assertFalse(section(page, title).isEmpty(), title);
        }
        assertTrue(
                section(page, "NAME").getFirst().startsWith("    reaper-runtime-" + verb + " - "),
                page);
        assertTrue(
                section(page, "SYNOPSIS").getFirst().startsWith("    reaper-runtime " + verb),
                page);
    }

    @ParameterizedTest
    @MethodSource("verbs")
    @ValueSource(strings = "")
    void everyOptionAndArgumentIsExplained(String verb) {
        String page = page(verb);
        List<String> options = section(page, "OPTIONS");
        for (OptionSpec option : spec(verb).options()) {
            assertFalse(option.hidden(), option.longestName());
            assertTrue(String.join("", option.description()).length() > 3, option.longestName());
            for (String name : option.names()) {
                assertTrue(
                        options.stream()
                                .anyMatch(line -> line.matches(" .*" + name + "([ ,=\\[].*|$)")),
                        () -> name + " is not in\n" + page);
            }
        }
        for (PositionalParamSpec argument : spec(verb).positionalParameters()) {
            assertTrue(
                    section(page, "ARGUMENTS").stream()
                            .anyMatch(line -> line.contains(argument.paramLabel())),
                    page);
        }
    }

    @ParameterizedTest
    @MethodSource("verbs")
    @ValueSource(strings = "")
    void pagesFitIntoATerminal(String verb) {
        assertAll(page(verb).lines().map(line -> () -> assertTrue(line.length() < WIDTH, line)));
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void examplesAreCallsOfTheVerb(String verb) {
        String examples = String.join("\n", section(page(verb), "EXAMPLES"));
        assertTrue(examples.contains("reaper-runtime ") && examples.contains(" " + verb), examples);
    }

    @Test
    void theProgramsPageListsEveryVerbAndNoneThatIsRefused() {
        String commands = String.join("\n", section(page(""), "COMMANDS"));
        verbs().forEach(verb -> assertTrue(commands.contains("  " + verb + " "), verb));
        assertEquals(verbs().count(), commands.lines().count());
        for (String title : List.of("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT")) {
            assertTrue(titles(page("")).contains(title), title);
        }
        for (RefusedVerb refused : RefusedVerb.values()) {
            assertFalse(commands.contains(refused.name().toLowerCase(Locale.ROOT)));
        }
    }
}
