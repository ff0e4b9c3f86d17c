package io.reaper.runtime.bundle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.JsonDocument;
import io.reaper.linux.text.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Pulls typed values out of a JSON document; every refusal names the path of the value. Properties
 * whose value is {@code null} count as absent, as in Go's reader.
 */
final class JsonInput implements AutoCloseable {

    private static final JsonFactory FACTORY = JsonDocument.remembering();

    /** What the reader's messages say of the reader itself, and words out of the document. */
    private static final Pattern OF_THE_READER =
            Pattern.compile(
                    " \\((start marker|not recognized).*|, from `[^`]*`|(?<=token) '[^']*'");

    private static final BigInteger UINT64_MAX =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    private final String file;
    private final JsonParser parser;

    JsonInput(String file, byte[] document) {
        this.file = file;
        try {
            this.parser = JsonDocument.parser(FACTORY, document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        next();
    }

    /** The value just read is wrong. */
    SpecException wrong(String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, file, path(), problem);
    }

    SpecException wrong(String property, String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, file, property, problem);
    }

    /** A property that asks for what this version cannot do. */
    SpecException unsupported(String property) {
        return new SpecException(
                ErrorCode.E_CONFIG_UNSUPPORTED,
                file,
                property,
                "is not supported by this version; leave it out");
    }

    /** Enters the object that must be the current value. */
    void enterObject() {
        expect(JsonToken.START_OBJECT, "an object");
    }

    /** Moves to the value of the object's next property; false at its end. */
    boolean nextProperty() {
        while (next() != JsonToken.END_OBJECT) {
            if (next() != JsonToken.VALUE_NULL) {
                return true;
            }
        }
        return false;
    }

    /** The property whose value is the current one. */
    String property() {
        try {
            return parser.currentName();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    void enterArray() {
        expect(JsonToken.START_ARRAY, "an array");
    }

    /** Moves to the array's next element; false at its end. */
    boolean nextElement() {
        return next() != JsonToken.END_ARRAY;
    }

    /** A string which the kernel can take. */
    String string() {
        expect(JsonToken.VALUE_STRING, "a string");
        String value = text();
        if (value.indexOf('\0') >= 0) {
            throw wrong("contains a NUL character");
        }
        if (hasLoneSurrogate(value)) {
            throw wrong("contains half of a surrogate pair");
        }
        return value;
    }

    /** An escape can say what has no UTF-8: as a path it would be none, else become "?". */
    private static boolean hasLoneSurrogate(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                boolean pair =
                        i + 1 < value.length()
                                && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    boolean bool() {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong("expected true or false, found " + found());
        };
    }

    long integer(long lowest, long highest) {
        BigInteger value = integer();
        if (value.bitLength() > 63 || value.longValue() < lowest || value.longValue() > highest) {
            throw wrong(Excerpt.of(value.toString()) + " is not in " + lowest + " to " + highest);
        }
        return value.longValue();
    }

    int int32(int lowest, int highest) {
        return Math.toIntExact(integer(lowest, highest));
    }

    /** An unsigned 64-bit number, kept in the bits of a long. */
    long unsigned64() {
        BigInteger value = integer();
        if (value.signum() < 0 || value.compareTo(UINT64_MAX) > 0) {
            throw wrong(value + " is not in 0 to " + UINT64_MAX);
        }
        return value.longValue();
    }

    private BigInteger integer() {
        expect(JsonToken.VALUE_NUMBER_INT, "an integer");
        try {
            return parser.getBigIntegerValue();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    List<String> strings() {
        List<String> values = new ArrayList<>();
        enterArray();
        while (nextElement()) {
            values.add(string());
        }
        return List.copyOf(values);
    }

    Map<String, String> stringMap() {
        Map<String, String> values = new LinkedHashMap<>();
        enterObject();
        while (nextProperty()) {
            String name = property();
            values.put(name, string());
        }
        return values;
    }

    /** Passes over the current value. */
    void skip() {
        isEmptySkipped();
    }

    /** Passes over the current value; true if it says nothing: false, "", {}, []. */
    boolean isEmptySkipped() {
        return switch (parser.currentToken()) {
            case VALUE_FALSE -> true;
            case VALUE_STRING -> text().isEmpty();
            case START_OBJECT, START_ARRAY -> children() == 0;
            default -> false;
        };
    }

    private int children() {
        int seen = 0;
        for (int depth = 1; depth > 0; seen++) {
            JsonToken token = next();
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        }
        return seen - 1;
    }

    /** Nothing but white space may follow. */
    void end() {
        try {
            if (parser.nextToken() != null) {
                throw wrong("", "something follows the closing brace");
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void expect(JsonToken token, String what) {
        if (parser.currentToken() != token) {
            throw wrong("expected " + what + ", found " + found());
        }
    }

    private String found() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "something else";
        };
    }

    private String text() {
        try {
            return parser.getText();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private JsonToken next() {
        try {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw wrong("", "the file is empty");
            }
            return token;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private SpecException broken(IOException e) {
        if (!(e instanceof JsonProcessingException problem)) {
            return wrong("", "not UTF-8"); // nothing else can go wrong with bytes in memory
        }
        String what = problem.getOriginalMessage().lines().findFirst().orElse("not JSON");
        JsonLocation at = problem.getLocation(); // null when a limit of the reader is passed
        return wrong(
                "",
                (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ")
                        + OF_THE_READER.matcher(what).replaceAll(""));
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        append(parser.getParsingContext(), path);
        return path.toString();
    }

    private static void append(JsonStreamContext at, StringBuilder path) {
        if (at.getParent() != null) {
            append(at.getParent(), path);
        }
        if (at.inArray() && at.hasCurrentIndex()) {
            path.append('[').append(at.getCurrentIndex()).append(']');
        } else if (at.inObject() && at.hasCurrentName()) {
            path.append(path.isEmpty() ? "" : ".").append(at.getCurrentName());
        }
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
