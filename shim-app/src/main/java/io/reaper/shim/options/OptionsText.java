package io.reaper.shim.options;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The lines {@code key = value} of a text, which are told apart by form alone, not by meaning. */
final class OptionsText {

    private final String source;

    /** Whether a value without quotes is taken as it is, as in reaper.conf. */
    private final boolean bareValues;

    private OptionsText(String source, boolean bareValues) {
        this.source = source;
        this.bareValues = bareValues;
    }

    /** Of a line that holds a setting. */
    record Entry(String key, String value, int line) {}

    /** TOML, as containerd writes a handler's table of options. */
    static Map<String, Entry> toml(String source, String text) {
        return new OptionsText(source, false).parse(text);
    }

    /** As reaper.conf, but values may be quoted as in TOML. */
    static Map<String, Entry> settings(String source, String text) {
        return new OptionsText(source, true).parse(text);
    }

    /**
     * By key, in the order of the text.
     *
     * @throws ShimException INVALID_ARGUMENT naming source and line
     */
    private Map<String, Entry> parse(String text) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Entry entry = entry(line, number);
            if (entries.putIfAbsent(entry.key(), entry) != null) {
                throw wrong(number, "\"" + shown(entry.key()) + "\" is there twice");
            }
        }
        return entries;
    }

    private Entry entry(String line, int number) {
        if (line.startsWith("[")) {
            throw wrong(number, "tables are not read: \"" + shown(line) + "\"");
        }
        int equals = line.indexOf('=');
        String key = equals < 0 ? "" : unquoted(line.substring(0, equals).strip());
        if (!key.matches("[A-Za-z0-9_-]+")) {
            throw wrong(number, "expected REAPER_X = \"value\", found \"" + shown(line) + "\"");
        }
        String value = line.substring(equals + 1).strip();
        boolean bare = bareValues && !value.startsWith("\"") && !value.startsWith("'");
        try {
            return new Entry(key, bare ? value : TomlValue.parse(value), number);
        } catch (IllegalArgumentException e) {
            throw wrong(number, key + ": " + e.getMessage());
        }
    }

    private static String unquoted(String key) {
        boolean quoted = key.matches("\"[^\"]*\"|'[^']*'");
        return quoted ? key.substring(1, key.length() - 1) : key;
    }

    private ShimException wrong(int line, String what) {
        return ShimException.invalid(
                ErrorCode.E_OPTIONS_INVALID, source + " line " + line + ": " + what);
    }

    /** Somebody else's text in an error of one line. */
    static String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 80 ? plain : plain.substring(0, 80) + "…";
    }
}
