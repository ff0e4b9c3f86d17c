package io.reaper.shim.stdio;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where one standard stream leads, as a client of the Task API spells it: empty for nowhere, a
 * path, or a URI (containerd's docs, "Runtime v2", section Logging).
 */
public sealed interface StdioUri {

    /** Nothing to read, and what is written vanishes: {@code /dev/null}. */
    record Null() implements StdioUri {}

    /** A FIFO (or another file) which the client made; no scheme, or {@code fifo://}. */
    record Fifo(Path path) implements StdioUri {}

    /** A log file to append to, made where it is missing: {@code file://}. */
    record LogFile(Path path) implements StdioUri {}

    /**
     * A program that takes the output: {@code binary://} and {@code binary-v2://}.
     *
     * @param arguments the keys and values of the query in their order; of a key that comes again
     *     the first value counts
     * @param mustSay whether it fails if it does not say that it is ready ({@code binary-v2})
     */
    record Logger(Path program, List<String> arguments, boolean mustSay) implements StdioUri {

        public Logger {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * Reads an address.
     *
     * @throws ShimException INVALID_ARGUMENT for a path which is not absolute, UNIMPLEMENTED for
     *     another scheme
     */
    static StdioUri parse(String text) {
        if (text.isEmpty()) {
            return new Null();
        }
        int colon = text.indexOf("://");
        if (colon < 0) {
            return new Fifo(absolute(text, text));
        }
        String scheme = text.substring(0, colon);
        String rest = text.substring(colon + 3);
        return switch (scheme) {
            case "fifo" -> new Fifo(absolute(path(rest), text));
            case "file" -> new LogFile(absolute(path(rest), text));
            case "binary" -> logger(rest, text, false);
            case "binary-v2" -> logger(rest, text, true);
            default ->
                    throw ShimException.unimplemented(
                            "standard stream \""
                                    + text
                                    + "\": scheme "
                                    + scheme
                                    + ":// is not supported; use a FIFO, file:// or binary://");
        };
    }

    private static String path(String rest) {
        int query = rest.indexOf('?');
        String encoded = query < 0 ? rest : rest.substring(0, query);
        return decode(encoded.replace("+", "%2B"), rest);
    }

    private static Logger logger(String rest, String text, boolean mustSay) {
        Path program = absolute(path(rest), text);
        int query = rest.indexOf('?');
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : query < 0 ? new String[0] : rest.substring(query + 1).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String key = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                values.putIfAbsent(decode(key, text), decode(value, text));
            }
        }
        List<String> arguments = new ArrayList<>();
        values.forEach((key, value) -> arguments.addAll(List.of(key, value)));
        if (arguments.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
            throw ShimException.invalid(
                    ErrorCode.E_STDIO_INVALID,
                    "standard stream \"" + text + "\": NUL in its query");
        }
        return new Logger(program, arguments, mustSay);
    }

    private static String decode(String encoded, String rest) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ShimException(
                    ErrorCode.E_STDIO_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    "standard stream \"" + rest + "\": broken percent-encoding",
                    e);
        }
    }

    private static Path absolute(String path, String text) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw ShimException.invalid(
                    ErrorCode.E_STDIO_INVALID,
                    "standard stream \"" + text + "\": the path must be absolute");
        }
        return Path.of(path);
    }
}
