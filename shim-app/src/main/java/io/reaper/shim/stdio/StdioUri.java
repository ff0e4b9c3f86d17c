package io.reaper.shim.stdio;

import io.reaper.shim.ShimException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

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
            default ->
                    throw ShimException.unimplemented(
                            "standard stream \""
                                    + text
                                    + "\": scheme "
                                    + scheme
                                    + ":// is not supported; use a FIFO or file://");
        };
    }

    private static String path(String rest) {
        int query = rest.indexOf('?');
        String encoded = query < 0 ? rest : rest.substring(0, query);
        try {
            return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ShimException(
                    ShimException.Kind.INVALID_ARGUMENT,
                    "standard stream \"" + rest + "\": broken percent-encoding",
                    e);
        }
    }

    private static Path absolute(String path, String text) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw ShimException.invalid(
                    "standard stream \"" + text + "\": the path must be absolute");
        }
        return Path.of(path);
    }
}
