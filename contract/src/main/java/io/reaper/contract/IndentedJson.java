package io.reaper.contract;

import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;

/**
 * JSON for people, laid out as runc's answers are: callers look for {@code "pid": 1,} in it with
 * tools that know no JSON.
 */
public final class IndentedJson {

    private static final String LEVEL = "  ";
    private static final DefaultIndenter LINES = new DefaultIndenter(LEVEL, "\n");
    private static final DefaultPrettyPrinter LAYOUT =
            new DefaultPrettyPrinter()
                    .withSeparators(
                            Separators.createDefaultInstance()
                                    .withObjectFieldValueSpacing(Spacing.AFTER)
                                    .withObjectEmptySeparator("")
                                    .withArrayEmptySeparator(""))
                    .withObjectIndenter(LINES)
                    .withArrayIndenter(LINES);

    private IndentedJson() {}

    /** Of one document: it counts the levels. */
    public static PrettyPrinter printer() {
        return LAYOUT.createInstance();
    }
}
