package io.reaper.linux.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExcerptTest {

    @Test
    void whatIsShortIsShownWhole() {
        assertEquals("a".repeat(200), Excerpt.of("a".repeat(200)));
        assertEquals("\"\"", Excerpt.quoted(""));
    }

    @Test
    void ofWhatIsLongBeginningAndEnd() {
        String shown = Excerpt.of("<" + "x".repeat(1_000_000) + ">");
        assertEquals(200, shown.length());
        assertEquals("<" + "x".repeat(98) + "…" + "x".repeat(99) + ">", shown);
    }

    @Test
    void aCharacterOfTwoHalvesIsNotCutThrough() {
        for (int before = 0; before < 3; before++) {
            String shown = Excerpt.of("x".repeat(before) + "😀".repeat(300));
            assertEquals(
                    -1, shown.replace("😀", "").replace("…", "").replace("x", "").length() - 1);
        }
    }

    @Test
    void wordsOfAMessageAreCutEachForItself() {
        String id = "a".repeat(1024);
        String shown = Excerpt.words("container " + id + " is at " + id);
        assertEquals("container " + Excerpt.of(id) + " is at " + Excerpt.of(id), shown);
        String many = "word ".repeat(1000);
        assertEquals(many, Excerpt.words(many));
    }
}
