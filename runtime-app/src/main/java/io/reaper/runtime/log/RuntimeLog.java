package io.reaper.runtime.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.text.Excerpt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The log file of one invocation, appended to; callers read its last error. Each line is one write,
 * so that lines of several invocations do not mix.
 */
public final class RuntimeLog implements AutoCloseable {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int PERMISSIONS = 0644;
    private static final int APPEND =
            OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_APPEND | OpenFlags.O_NONBLOCK;

    private final Optional<Fd> file;
    private final LogFormat format;
    private final boolean debug;

    private RuntimeLog(Optional<Fd> file, LogFormat format, boolean debug) {
        this.file = file;
        this.format = format;
        this.debug = debug;
    }

    /** Without a file: everything is dropped. */
    public static RuntimeLog none() {
        return new RuntimeLog(Optional.empty(), LogFormat.TEXT, false);
    }

    /**
     * Opens a log for appending; a FIFO without a reader is refused.
     *
     * @throws LinuxException if the file cannot be opened for appending
     */
    public static RuntimeLog open(Path path, LogFormat format, boolean debug) {
        return new RuntimeLog(Optional.of(Fd.open(path, APPEND, PERMISSIONS)), format, debug);
    }

    public void error(ErrorCode code, String message) {
        write("error", message, Optional.of(code));
    }

    public void warning(String message) {
        write("warning", message, Optional.empty());
    }

    /** An error that does not fail the verb. */
    public void warning(String what, RuntimeException error) {
        write("warning", what + error.getMessage(), Optional.of(ErrorCode.of(error)));
    }

    public void debug(String message) {
        if (debug) {
            write("debug", message, Optional.empty());
        }
    }

    private void write(String level, String message, Optional<ErrorCode> code) {
        if (file.isEmpty()) {
            return;
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try {
            file.get().write(line(format, level, Excerpt.words(message), now, code));
        } catch (LinuxException e) {
            return; // a full disk or a log reader that left must not change what a verb does
        }
    }

    static byte[] line(
            LogFormat format,
            String level,
            String message,
            Instant time,
            Optional<ErrorCode> code) {
        return switch (format) {
            case TEXT ->
                    "time=\"%s\" level=%s msg=%s%s\n"
                            .formatted(
                                    time,
                                    level,
                                    quoted(message),
                                    code.map(known -> " code=" + known).orElse(""))
                            .getBytes(StandardCharsets.UTF_8);
            case JSON -> json(level, message, time, code);
        };
    }

    private static byte[] json(
            String level, String message, Instant time, Optional<ErrorCode> code) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("level", level);
            json.writeStringField("msg", message);
            json.writeStringField("time", time.toString());
            if (code.isPresent()) {
                json.writeStringField("code", code.get().name());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        line.write('\n');
        return line.toByteArray();
    }

    /** As Go's %q does for what occurs in messages: one line, whatever the message holds. */
    private static String quoted(String message) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        quoted.append("\\x%02x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    @Override
    public void close() {
        file.ifPresent(Fd::close);
    }
}
