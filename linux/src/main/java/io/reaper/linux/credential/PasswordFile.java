package io.reaper.linux.credential;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What {@code passwd(5)} says of users. Whoever owns the root it lies in may have put anything
 * there: only a regular file is read, and of that the first MiB; comments and lines that are none
 * are passed over.
 */
public final class PasswordFile {

    private static final Path NODE = Path.of("/etc/passwd");

    /** Neither waiting for a FIFO's other side, nor making a terminal ours. */
    private static final int FLAGS = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY;

    private static final long NO_MAGICLINKS = 0x02; // RESOLVE_NO_MAGICLINKS
    private static final int LIMIT = 1024 * 1024;
    private static final int LONGEST_PATH = 4095; // PATH_MAX without its NUL
    private static final int UID = 2;
    private static final int HOME = 5;
    private static final int DECIMAL = 10;

    private final byte[] text;

    private PasswordFile(byte[] text) {
        this.text = text;
    }

    /**
     * The machine's own.
     *
     * @throws LinuxException if it is missing or cannot be read
     */
    public static PasswordFile ofNode() {
        try (Fd file = Fd.open(NODE, FLAGS)) {
            return read(file);
        }
    }

    /**
     * That of the root directory, which may be an image's: a magic link of /proc is not followed.
     *
     * @throws LinuxException if it is missing or cannot be read
     */
    public static PasswordFile ofRoot() {
        long flags = FLAGS | OpenFlags.O_CLOEXEC;
        long result =
                Syscalls.get().openat2(Syscalls.AT_FDCWD, NODE.toString(), flags, 0, NO_MAGICLINKS);
        try (Fd file = Fd.opened(result, "open", NODE)) {
            return read(file);
        }
    }

    /**
     * One that is open for reading.
     *
     * @throws LinuxException if it cannot be read
     */
    public static PasswordFile read(Fd file) {
        FileStat stat = file.stat();
        byte[] all = new byte[stat.isRegular() ? (int) Math.min(stat.size(), LIMIT) : 0];
        int size = 0;
        while (size < all.length) {
            int count = file.read(all, size, all.length - size);
            if (count == 0) {
                break; // it was cut meanwhile
            }
            size += count;
        }
        return new PasswordFile(Arrays.copyOf(all, size));
    }

    /**
     * The home directory of the first user with that number; empty if there is none, or it is no
     * path.
     *
     * @param uid unsigned
     */
    public Optional<String> home(int uid) {
        for (int start = 0; start < text.length; ) {
            int end = next('\n', start, text.length);
            int field = field(UID, start, end);
            if (text[start] != '#' && field < end && isNumber(field, next(':', field, end), uid)) {
                int home = field(HOME, start, end);
                return home < end ? path(home, next(':', home, end)) : Optional.empty();
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    private Optional<String> path(int start, int end) {
        boolean path =
                start < end
                        && text[start] == '/'
                        && end - start <= LONGEST_PATH
                        && next('\0', start, end) == end;
        return path
                ? Optional.of(new String(text, start, end - start, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    /** Where a line's field begins; the line's end if it has none. */
    private int field(int number, int start, int end) {
        int at = start;
        for (int i = 0; i < number && at < end; i++) {
            at = next(':', at, end) + 1;
        }
        return Math.min(at, end);
    }

    private int next(char wanted, int start, int end) {
        int at = start;
        while (at < end && text[at] != wanted) {
            at++;
        }
        return at;
    }

    private boolean isNumber(int start, int end, int uid) {
        long value = 0;
        for (int at = start; at < end; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit >= DECIMAL || value > Integer.toUnsignedLong(-1)) {
                return false;
            }
            value = value * DECIMAL + digit;
        }
        return end > start && value == Integer.toUnsignedLong(uid);
    }
}
