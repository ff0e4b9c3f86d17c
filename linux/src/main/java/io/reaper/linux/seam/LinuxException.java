package io.reaper.linux.seam;

import io.reaper.linux.text.Excerpt;
import java.nio.file.Path;

/** A refused system call: what was tried, on what, and why not. */
public final class LinuxException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int OLDEST_MAJOR = 5;
    private static final int OLDEST_MINOR = 10;

    private final String operation;
    private final String object;
    private final int errno;

    /**
     * @param operation the call or the step, such as "open"
     * @param object what it was done to: a path, a pid, a name; may be empty
     */
    public LinuxException(String operation, String object, Errno errno) {
        super(
                operation
                        + (object.isEmpty() ? "" : " " + Excerpt.of(object))
                        + ": "
                        + reason(errno));
        this.operation = operation;
        this.object = object;
        this.errno = errno.number();
    }

    private static String reason(Errno errno) {
        return errno.equals(Errno.ENOSYS)
                ? errno.text() + missing(System.getProperty("os.version"))
                : errno.text();
    }

    /** Why a call is not implemented, and what helps. */
    static String missing(String release) {
        if (olderThan(OLDEST_MAJOR, OLDEST_MINOR, release)) {
            String needed = OLDEST_MAJOR + "." + OLDEST_MINOR;
            return " by Linux " + release + ": Reaper needs " + needed + " or newer";
        }
        return " (Linux " + release + ": its configuration or a seccomp filter leaves it out)";
    }

    private static boolean olderThan(int major, int minor, String release) {
        String[] parts = release.split("[.-]", 3);
        int first = number(parts[0]);
        return first < major || (first == major && parts.length > 1 && number(parts[1]) < minor);
    }

    /** Of text that is no number: none, which makes no kernel an old one. */
    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }

    public String operation() {
        return operation;
    }

    public String object() {
        return object;
    }

    public Errno errno() {
        return new Errno(errno);
    }

    public boolean is(Errno candidate) {
        return candidate.number() == errno;
    }

    /**
     * Turns a raw result into a value.
     *
     * @param object what it was done to; a path without a name is shown as two quotes
     * @throws LinuxException if {@code result} is −errno
     */
    public static long check(long result, String operation, Object object) {
        if (result < 0) {
            boolean nameless = object instanceof Path path && path.toString().isEmpty();
            throw new LinuxException(
                    operation,
                    nameless ? "\"\"" : String.valueOf(object),
                    new Errno(Math.toIntExact(-result)));
        }
        return result;
    }
}
