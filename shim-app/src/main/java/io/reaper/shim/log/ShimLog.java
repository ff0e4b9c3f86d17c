package io.reaper.shim.log;

import static io.reaper.linux.seam.OpenFlags.O_APPEND;
import static io.reaper.linux.seam.OpenFlags.O_CREAT;
import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;

/**
 * The shim's log. Entries go to the file {@code REAPER_SHIM_LOG} where that is set: one line each,
 * {@code time level namespace/id message}, with its code before the message of an error, appended
 * by one write so that shims can share the file. Problems (warnings and errors) also go to the FIFO
 * {@code log} of the bundle, which containerd copies to its own log. Nothing here blocks, throws,
 * or touches stdout and stderr: they belong to containerd.
 */
public final class ShimLog {

    /** Importance of an entry; the last two are problems. */
    public enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR;

        boolean isProblem() {
            return compareTo(WARN) >= 0;
        }
    }

    /** What fits a FIFO in one piece (PIPE_BUF, pipe(7)). */
    private static final int ENTRY_LIMIT = 4096;

    private static final String FIFO = "log";

    private final String namespace;
    private final String container;
    private final Level threshold;
    private final Optional<Fd> file;
    private final Optional<Path> fifo;

    private ShimLog(
            String namespace, String id, Level threshold, Optional<Fd> file, Optional<Path> fifo) {
        this.namespace = namespace;
        this.container = namespace + "/" + id;
        this.threshold = threshold;
        this.file = file;
        this.fifo = fifo;
    }

    /**
     * Opens the log of one container's shim.
     *
     * @param file {@code REAPER_SHIM_LOG}; one that cannot be opened is reported to the FIFO and
     *     otherwise ignored
     * @param bundle the directory that holds the FIFO {@code log}, if it is known
     * @param debug whether containerd asked for debug output
     */
    public static ShimLog open(
            Optional<Path> file,
            Optional<Path> bundle,
            String namespace,
            String id,
            boolean debug) {
        Level threshold = debug ? Level.DEBUG : Level.INFO;
        Optional<Path> fifo = bundle.map(directory -> directory.resolve(FIFO));
        if (file.isEmpty()) {
            return new ShimLog(namespace, id, threshold, Optional.empty(), fifo);
        }
        try {
            // O_NONBLOCK: a FIFO without a reader must not stop the shim
            int flags = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK;
            Fd opened = Fd.open(file.get(), flags, 0640);
            return new ShimLog(namespace, id, threshold, Optional.of(opened), fifo);
        } catch (LinuxException e) {
            ShimLog log = new ShimLog(namespace, id, threshold, Optional.empty(), fifo);
            log.warn("REAPER_SHIM_LOG is not usable", e);
            return log;
        }
    }

    /** A log that keeps nothing. */
    public static ShimLog silent() {
        return new ShimLog("", "", Level.ERROR, Optional.empty(), Optional.empty());
    }

    /**
     * The same log for one of a daemon's containers: its problems go to the FIFO of its own bundle.
     * Nothing is opened, and nothing has to be closed.
     */
    public ShimLog of(String id, Path bundle) {
        return new ShimLog(namespace, id, threshold, file, fifo.map(group -> bundle.resolve(FIFO)));
    }

    public void debug(String message) {
        entry(Level.DEBUG, message);
    }

    public void info(String message) {
        entry(Level.INFO, message);
    }

    public void warn(String message) {
        entry(Level.WARN, message);
    }

    /** An error that does not fail a call. */
    public void warn(String what, Throwable error) {
        entry(Level.WARN, coded(ErrorCode.of(error), what + ": " + ShimException.text(error)));
    }

    public void error(String what, Throwable error) {
        error(ErrorCode.of(error), what + ": " + ShimException.text(error));
    }

    public void error(ErrorCode code, String message) {
        entry(Level.ERROR, coded(code, message));
    }

    /** A call that was answered with an error: its caller's matter, so it is no problem here. */
    public void refused(ErrorCode code, String message) {
        entry(Level.INFO, coded(code, message));
    }

    private static String coded(ErrorCode code, String message) {
        return code + " " + message;
    }

    private void entry(Level level, String message) {
        if (level.compareTo(threshold) < 0 || (file.isEmpty() && !level.isProblem())) {
            return;
        }
        Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        byte[] line = line(time + " " + level + " " + container + " " + message);
        file.ifPresent(target -> write(target, line));
        if (level.isProblem()) {
            fifo.ifPresent(path -> toContainerd(path, line));
        }
    }

    private static byte[] line(String text) {
        StringBuilder clean = new StringBuilder(text.length() + 1);
        text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .forEach(clean::appendCodePoint);
        byte[] bytes = clean.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= ENTRY_LIMIT) {
            return bytes;
        }
        byte[] cut = Arrays.copyOf(bytes, ENTRY_LIMIT);
        cut[ENTRY_LIMIT - 1] = '\n';
        return cut;
    }

    /** ENXIO: nobody reads; anything but a FIFO is not containerd's. */
    private static void toContainerd(Path fifo, byte[] line) {
        try (Fd target = Fd.open(fifo, O_WRONLY | O_NONBLOCK | O_NOFOLLOW)) {
            if (target.stat().isFifo()) {
                target.write(line);
            }
        } catch (LinuxException e) {
            return; // there is nowhere left to report this to
        }
    }

    private static void write(Fd target, byte[] line) {
        try {
            target.write(line);
        } catch (LinuxException e) {
            return; // full disk, vanished reader: the containers matter more
        }
    }
}
