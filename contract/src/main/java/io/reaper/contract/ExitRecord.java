package io.reaper.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code exit.json}: how a container's init process ended, left by whoever reaped it for {@code
 * reaper-runtime state} and the shim's {@code delete}.
 *
 * @param pidStartTime clock ticks since boot: with the pid it tells which process is meant
 * @param exitStatus 0–255; 128 + signal if a signal ended it
 * @param signal the signal that ended it, or 0
 * @param exitedAt when it was reaped
 */
public record ExitRecord(
        String id, int pid, long pidStartTime, int exitStatus, int signal, Instant exitedAt) {

    public static final String FILE = "exit.json";

    private static final JsonFactory JSON = new JsonFactory();
    private static final int SIZE_LIMIT = 16 * 1024;
    private static final int PERMISSIONS = 0600;

    /**
     * The record in a directory; empty if there is none, or if what is there is none.
     *
     * @param directory of the bundle, or of the container's state
     */
    public static Optional<ExitRecord> read(Path directory) {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
        try {
            Optional<Fd> found = Fd.openIfPresent(directory.resolve(FILE), flags);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (Fd file = found.get()) {
                return parse(file.readAll(SIZE_LIMIT));
            }
        } catch (LinuxException e) {
            boolean unusable = e.is(Errno.ELOOP) || e.is(Errno.EISDIR) || e.is(Errno.E2BIG);
            if (unusable || e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static Optional<ExitRecord> parse(byte[] json) {
        String id = null;
        int pid = 0;
        long pidStartTime = 0;
        int exitStatus = -1;
        int signal = 0;
        Instant exitedAt = null;
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String field; (field = parser.nextFieldName()) != null; ) {
                parser.nextToken();
                switch (field) {
                    case "id" -> id = parser.getText();
                    case "pid" -> pid = parser.getIntValue();
                    case "pidStartTime" -> pidStartTime = parser.getLongValue();
                    case "exitStatus" -> exitStatus = parser.getIntValue();
                    case "signal" -> signal = parser.getIntValue();
                    case "exitedAt" -> exitedAt = Instant.parse(parser.getText());
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException | DateTimeException e) {
            return Optional.empty();
        }
        boolean complete = id != null && pid > 0 && exitStatus >= 0 && exitedAt != null;
        return complete
                ? Optional.of(new ExitRecord(id, pid, pidStartTime, exitStatus, signal, exitedAt))
                : Optional.empty();
    }

    public void write(Path directory) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", id);
            json.writeNumberField("pid", pid);
            json.writeNumberField("pidStartTime", pidStartTime);
            json.writeNumberField("exitStatus", exitStatus);
            json.writeNumberField("signal", signal);
            json.writeStringField("exitedAt", exitedAt.toString());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        AtomicFile.write(directory.resolve(FILE), out.toByteArray(), PERMISSIONS);
    }

    /** Whether it speaks of this very process. */
    public boolean matches(String otherId, int otherPid, long otherStartTime) {
        return id.equals(otherId) && pid == otherPid && pidStartTime == otherStartTime;
    }
}
