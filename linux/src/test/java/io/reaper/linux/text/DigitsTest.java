package io.reaper.linux.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigitsTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "007, 7", "99, 99", "100, 100"})
    void readsDigits(String text, long value) {
        assertEquals(OptionalLong.of(value), Digits.parse(text, 100));
    }

    /** Also the digits of other scripts, which Java's own readers take. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "-1", "+1", "-0", "1 ", "x", "１", "٣", "1.0", "0x1", "101", "1000"})
    void takesNothingElse(String text) {
        assertEquals(OptionalLong.empty(), Digits.parse(text, 100));
    }

    @Test
    void theLargestNumbersDoNotOverflow() {
        String largest = Long.toString(Long.MAX_VALUE);
        assertEquals(OptionalLong.of(Long.MAX_VALUE), Digits.parse(largest, Long.MAX_VALUE));
        for (String beyond : new String[] {"9223372036854775808", largest + "0", "9".repeat(500)}) {
            assertEquals(OptionalLong.empty(), Digits.parse(beyond, Long.MAX_VALUE), beyond);
        }
        assertEquals(OptionalLong.of(12), Digits.parse("x12-34", 1, 3, 100));
        assertEquals(OptionalLong.empty(), Digits.parse("x12-34", 1, 1, 100));
    }
}
