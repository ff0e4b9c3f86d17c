package io.reaper.runtime.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TailTest {

    private static Tail of(int limit, List<String> parts) {
        Tail tail = new Tail(limit);
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            tail.take(bytes, bytes.length);
        }
        return tail;
    }

    @Property(tries = 300)
    void theLastBytesAreKept(
            @ForAll @IntRange(min = 1, max = 20) int limit,
            @ForAll List<@StringLength(max = 50) @AlphaChars String> parts) {
        String all = String.join("", parts);
        String kept = all.length() <= limit ? all : "…" + all.substring(all.length() - limit);
        assertEquals(kept, of(limit, parts).text());
    }

    @Test
    void theTextIsOneLine() {
        assertEquals("a b c", of(100, List.of("\n a \r\n", "b\n\tc \n")).text());
        assertEquals("", of(100, List.of(" \n")).text());
    }
}
