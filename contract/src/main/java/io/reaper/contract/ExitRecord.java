package io.reaper.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code exit.json}: how a container's init process ended, left by whoever reaped it for {@code
 * reaper-runtime state} and the shim's {@code delete}.
 *
 * <p>Whoever will reap can {@link #reserve} the file while there is room: blanks, which count as no
 * record, until {@link #write} fills them in without a new inode or block. So a file system that is
 * full by then loses no exit. {@code create} leaves a reservation alone: it may be made before or
 * after it.
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

    /** Bytes of a reservation and of what was filled in: an id of 1024 and all else fit. */
    private static final int RESERVED = 2048;

    private static final int OPEN_EXISTING = OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;
    private static final int CREATE =
            OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;

    /**
     * Takes the room that a record will need; a record of an earlier container goes.
     *
     * @throws LinuxException naming the file, if there is no room for it; nothing is left then
     */
    public static void reserve(Path directory) {
        removeStale(directory);
        Path file = directory.resolve(FILE);
        try (Fd fd = Fd.open(file, CREATE, PERMISSIONS)) {
            fd.write(padded(new byte[0]));
        } catch (LinuxException e) {
            if (e.is(Errno.EEXIST)) {
                return; // reserved before
            }
            LinuxFiles.unlink(file);
            throw e;
        }
    }

    /** Removes whatever has the record's name, but for a reservation. */
    public static void removeStale(Path directory) {
        Path file = directory.resolve(FILE);
        Optional<Fd> reserved = openReserved(file, OpenFlags.O_RDONLY);
        if (reserved.isPresent()) {
            try (Fd fd = reserved.get()) {
                if (isBlank(fd.readAll(RESERVED))) {
                    return;
                }
            }
        }
        LinuxFiles.unlink(file);
    }

    private static byte[] padded(byte[] json) {
        byte[] all = Arrays.copyOf(json, RESERVED);
        Arrays.fill(all, json.length, RESERVED - 1, (byte) ' ');
        all[RESERVED - 1] = '\n';
        return all;
    }

    private static boolean isBlank(byte[] text) {
        for (byte c : text) {
            if (c != ' ' && c != '\n') {
                return false;
            }
        }
        return true;
    }

    /** A file that was reserved, filled in or not; empty if there is none, or another one. */
    private static Optional<Fd> openReserved(Path file, int access) {
        Optional<Fd> found = open(file, access);
        if (found.isPresent()) {
            FileStat stat = found.get().stat();
            if (!stat.isRegular() || stat.size() != RESERVED) {
                found.get().close();
                return Optional.empty();
            }
        }
        return found;
    }

    /** Empty where no file is, or something that is no file. */
    private static Optional<Fd> open(Path file, int access) {
        try {
            return Fd.openIfPresent(file, access | OPEN_EXISTING);
        } catch (LinuxException e) {
            boolean link = e.is(Errno.ELOOP);
            boolean special = e.is(Errno.EISDIR) || e.is(Errno.ENXIO) || e.is(Errno.ENODEV);
            if (link || special || e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The record in a directory; empty if there is none, or if what is there is none.
     *
     * @param directory of the bundle, or of the container's state
     */
    public static Optional<ExitRecord> read(Path directory) {
        Optional<Fd> found = open(directory.resolve(FILE), OpenFlags.O_RDONLY);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Fd file = found.get()) {
            return parse(file.readAll(SIZE_LIMIT));
        } catch (LinuxException e) {
            if (e.is(Errno.EISDIR) || e.is(Errno.E2BIG)) {
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

    /**
     * Fills in what was reserved, by one write: a reader sees a whole record or none. Without a
     * reservation the file is replaced as a whole.
     *
     * @throws LinuxException naming the file
     */
    public void write(Path directory) {
        Path file = directory.resolve(FILE);
        Optional<Fd> reserved = openReserved(file, OpenFlags.O_WRONLY);
        if (reserved.isPresent()) {
            try (Fd fd = reserved.get()) {
                fd.write(padded(encode()));
            }
        } else {
            AtomicFile.write(file, encode(), PERMISSIONS);
        }
    }

    private byte[] encode() {
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
        return out.toByteArray();
    }

    /** Whether it speaks of this very process. */
    public boolean matches(String otherId, int otherPid, long otherStartTime) {
        return id.equals(otherId) && pid == otherPid && pidStartTime == otherStartTime;
    }
}
