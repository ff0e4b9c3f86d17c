package io.reaper.linux.text;

/**
 * What a message shows of input: enough to recognise it, however long it is. Of the middle the
 * least is missed: a path ends with what it is about.
 */
public final class Excerpt {

    /** Characters of one value that a message shows at the most, the mark of the cut with them. */
    public static final int LIMIT = 200;

    private static final String CUT = "…";
    private static final int HALF = LIMIT / 2;

    private Excerpt() {}

    /** The text itself, or its beginning and its end. */
    public static String of(String text) {
        return text.length() <= LIMIT ? text : cut(text, 0, text.length());
    }

    /** {@link #of} in double quotes. */
    public static String quoted(String text) {
        return "\"" + of(text) + "\"";
    }

    /**
     * A message in which no word is longer: words of ours are short, and so are blanks between
     * them. For ids and paths, which are named in many places.
     */
    public static String words(String message) {
        if (message.length() <= LIMIT) {
            return message;
        }
        StringBuilder shown = new StringBuilder();
        int start = 0;
        for (int at = 0; at <= message.length(); at++) {
            if (at == message.length() || message.charAt(at) == ' ') {
                String word = at - start <= LIMIT ? null : cut(message, start, at);
                shown.append(word == null ? message.substring(start, at) : word);
                shown.append(at == message.length() ? "" : " ");
                start = at + 1;
            }
        }
        return shown.toString();
    }

    private static String cut(String text, int start, int end) {
        int head = start + HALF - CUT.length();
        int tail = end - HALF;
        // no half of a pair: it could not be written as UTF-8
        head -= Character.isHighSurrogate(text.charAt(head - 1)) ? 1 : 0;
        tail += Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
        return text.substring(start, head) + CUT + text.substring(tail, end);
    }
}
