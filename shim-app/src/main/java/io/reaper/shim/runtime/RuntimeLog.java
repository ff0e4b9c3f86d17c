package io.reaper.shim.runtime;

import static io.reaper.linux.seam.OpenFlags.O_APPEND;
import static io.reaper.linux.seam.OpenFlags.O_CREAT;
import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The log which a runtime writes with {@code --log FILE --log-format json}: a line for each entry,
 * with the keys level, msg and time. The last one of level "error" tells why a command failed.
 */
final class RuntimeLog {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int PERMISSIONS = 0644; // as runc's
    private static final int SIZE_LIMIT = 4 * 1024 * 1024;

    private RuntimeLog() {}

    /** Whether a command can append to it: not where the bundle is gone, read-only or full. */
    static boolean isWritable(Path log) {
        int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
        try (Fd fd = Fd.open(log, flags, PERMISSIONS)) {
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Where the next entry will begin: 0 if there is no log yet. */
    static long end(Path log) {
        try (Fd fd = Fd.open(log, O_RDONLY | O_NOFOLLOW)) {
            return fd.stat().size();
        } catch (LinuxException e) {
            return 0;
        }
    }

    /** The last error after an offset of the file; empty if there is none or no log. */
    static Optional<String> lastError(Path log, long from) {
        try (Fd fd = Fd.open(log, O_RDONLY | O_NOFOLLOW)) {
            fd.seek(from);
            return lastError(new String(fd.readAll(SIZE_LIMIT), StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    static Optional<String> lastError(String entries) {
        Optional<String> last = Optional.empty();
        for (String line : entries.split("\n", 0)) {
            Optional<String> error = error(line);
            last = error.isPresent() ? error : last;
        }
        return last;
    }

    /** Lines that are no entries are skipped: other programs may share the file. */
    private static Optional<String> error(String line) {
        String level = "";
        String message = "";
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String field; (field = parser.nextFieldName()) != null; ) {
                parser.nextToken();
                switch (field) {
                    case "level" -> level = parser.getText();
                    case "msg" -> message = parser.getText();
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return level.equals("error") && !message.isBlank()
                ? Optional.of(message)
                : Optional.empty();
    }
}
