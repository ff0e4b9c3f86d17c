package io.reaper.linux.text;

import java.util.OptionalLong;

/**
 * Numbers as people and the kernel write them: ASCII digits alone. {@link Integer#parseInt} takes
 * digits of every script, and signs.
 */
public final class Digits {

    private static final int DECIMAL = 10;

    private Digits() {}

    /**
     * The number that a whole text is.
     *
     * @param highest not negative
     * @return empty if it is none, or above {@code highest}
     */
    public static OptionalLong parse(CharSequence text, long highest) {
        return parse(text, 0, text.length(), highest);
    }

    /** The same of a part of a text. */
    public static OptionalLong parse(CharSequence text, int start, int end, long highest) {
        long value = 0;
        for (int at = start; at < end; at++) {
            int digit = text.charAt(at) - '0';
            if (digit < 0 || digit >= DECIMAL || value > (highest - digit) / DECIMAL) {
                return OptionalLong.empty();
            }
            value = value * DECIMAL + digit;
        }
        return end > start && value <= highest ? OptionalLong.of(value) : OptionalLong.empty();
    }
}
