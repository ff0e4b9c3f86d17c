package io.reaper.shim.options;

/**
 * What stands behind the equals sign of a line of TOML: a string, an integer or a boolean, and
 * perhaps a comment. Dates, fractions, lists and tables are no values of settings.
 */
final class TomlValue {

    private static final String INTEGER = "[+-]?(0|[1-9](_?[0-9])*)";

    private final String text;
    private int position;

    private TomlValue(String text) {
        this.text = text.strip();
    }

    /**
     * The value as text.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static String parse(String text) {
        return new TomlValue(text).value();
    }

    private String value() {
        if (text.startsWith("\"\"\"") || text.startsWith("'''")) {
            throw new IllegalArgumentException("strings of several lines are not read");
        }
        if (text.startsWith("\"")) {
            return end(basic());
        }
        if (text.startsWith("'")) {
            return end(literal());
        }
        return bare();
    }

    private String basic() {
        StringBuilder value = new StringBuilder();
        for (position = 1; position < text.length(); position++) {
            char character = text.charAt(position);
            switch (character) {
                case '"' -> {
                    position++;
                    return value.toString();
                }
                case '\\' -> value.append(escaped());
                default -> value.append(character);
            }
        }
        throw new IllegalArgumentException("a string without an end");
    }

    /** The character of an escape; leaves the position at its end. */
    private String escaped() {
        position++;
        if (position == text.length()) {
            throw new IllegalArgumentException("a string without an end");
        }
        return switch (text.charAt(position)) {
            case '"' -> "\"";
            case '\\' -> "\\";
            case 'b' -> "\b";
            case 't' -> "\t";
            case 'n' -> "\n";
            case 'f' -> "\f";
            case 'r' -> "\r";
            case 'u' -> character(4);
            case 'U' -> character(8);
            default ->
                    throw new IllegalArgumentException(
                            "unknown escape \\" + text.charAt(position) + " in a string");
        };
    }

    private String character(int digits) {
        int end = position + 1 + digits;
        String hex = end <= text.length() ? text.substring(position + 1, end) : "";
        if (!hex.matches("[0-9A-Fa-f]+")) {
            throw new IllegalArgumentException("an escape without its " + digits + " hex digits");
        }
        long point = Long.parseLong(hex, 16);
        if (point > Character.MAX_CODE_POINT || (point >= 0xD800 && point <= 0xDFFF)) {
            throw new IllegalArgumentException("an escape that is no character");
        }
        position += digits;
        return Character.toString((int) point);
    }

    private String literal() {
        int end = text.indexOf('\'', 1);
        if (end < 0) {
            throw new IllegalArgumentException("a string without an end");
        }
        position = end + 1;
        return text.substring(1, end);
    }

    private String end(String value) {
        String rest = text.substring(position).strip();
        if (!rest.isEmpty() && !rest.startsWith("#")) {
            throw new IllegalArgumentException("something behind the value's end");
        }
        return value;
    }

    private String bare() {
        int comment = text.indexOf('#');
        String word = (comment < 0 ? text : text.substring(0, comment)).strip();
        if (word.equals("true") || word.equals("false")) {
            return word;
        }
        if (word.matches(INTEGER)) {
            return word.replace("_", "").replace("+", "");
        }
        throw new IllegalArgumentException(
                "a value must be a string in quotes, an integer or a boolean");
    }
}
