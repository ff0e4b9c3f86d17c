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
import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The log which a runtime writes with {@code --log FILE --log-format json}: a line for each entry,
 * with the keys level, msg, time and, from ours, code. The last one of level "error" tells why a
 * command failed.
 */
final class RuntimeLog {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int PERMISSIONS = 0644; // as runc's
    private static final int SIZE_LIMIT = 4 * 1024 * 1024;

    private RuntimeLog() {}

    /** Whether a command can append to it: not where the bundle is gone, read-only or full. */
    static boolean isWritable(Path log) {
        int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
        try (Fd _ = Fd.open(log, flags, PERMISSIONS)) {
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /**
     * What a runtime says of its failure.
     *
     * @param code E_RUNTIME_FAILED from a runtime that has no codes, or has newer ones
     */
    record Said(ErrorCode code, String message) {

        static Said plainly(String message) {
            return new Said(ErrorCode.E_RUNTIME_FAILED, message);
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
    static Optional<Said> lastError(Path log, long from) {
        try (Fd fd = Fd.open(log, O_RDONLY | O_NOFOLLOW)) {
            fd.seek(from);
            return lastError(new String(fd.readAll(SIZE_LIMIT), StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    static Optional<Said> lastError(String entries) {
        Optional<Said> last = Optional.empty();
        for (String line : entries.split("\n", 0)) {
            Optional<Said> error = error(line);
            last = error.isPresent() ? error : last;
        }
        return last;
    }

    /** Lines that are no entries are skipped: other programs may share the file. */
    private static Optional<Said> error(String line) {
        String level = "";
        String message = "";
        ErrorCode code = ErrorCode.E_RUNTIME_FAILED;
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String field; (field = parser.nextFieldName()) != null; ) {
                parser.nextToken();
                switch (field) {
                    case "level" -> level = parser.getText();
                    case "msg" -> message = parser.getText();
                    case "code" -> code = ErrorCode.named(parser.getText()).orElse(code);
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return level.equals("error") && !message.isBlank()
                ? Optional.of(new Said(code, message))
                : Optional.empty();
    }
}
