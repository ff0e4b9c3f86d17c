package io.reaper.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each error has its code, and each code is told about. */
class ErrorCodesTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(E_\\w+)` \\| \\S.*\\|$");
    private static final Pattern EXCEPTION =
            Pattern.compile("class (\\w+Exception) extends (\\w+)");

    /** The kernel's own: its code is E_SYSTEM. */
    private static final Set<String> WITHOUT = Set.of("LinuxException", "ReaperException");

    @Test
    void theTableNamesThemAllAndNoOther() throws IOException {
        List<String> told = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("../docs/errors.md")));
        while (row.find()) {
            told.add(row.group(1));
        }
        List<String> known = Arrays.stream(ErrorCode.values()).map(Enum::name).sorted().toList();
        assertEquals(known, told.stream().sorted().toList());
    }

    @Test
    void eachIsGivenSomewhere() throws IOException {
        String sources = sources();
        for (ErrorCode code : ErrorCode.values()) {
            assertTrue(
                    Pattern.compile("\\b" + code + "\\b(?=[),;.])").matcher(sources).find(),
                    "nothing is called " + code);
        }
    }

    @Test
    void noExceptionOfOursIsWithoutOne() throws IOException {
        Matcher found = EXCEPTION.matcher(sources());
        List<String> without = new ArrayList<>();
        int count = 0;
        while (found.find()) {
            count++;
            boolean coded = found.group(2).equals("ReaperException");
            if (!coded && !WITHOUT.contains(found.group(1))) {
                without.add(found.group(1) + " extends " + found.group(2));
            }
        }
        assertTrue(count >= WITHOUT.size(), "only " + count + " exceptions found");
        assertEquals(List.of(), without);
    }

    private static String sources() throws IOException {
        List<String> texts = new ArrayList<>();
        for (Path source : ProductSources.all()) {
            if (!source.endsWith("ErrorCode.java")) {
                texts.add(Files.readString(source));
            }
        }
        return texts.stream().collect(Collectors.joining("\n"));
    }
}
