package io.reaper.linux;

/** A refused system call: what was tried, on what, and why not. */
public final class LinuxException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String operation;
    private final String object;
    private final int errno;

    /**
     * @param operation the call or the step, such as "open"
     * @param object what it was done to: a path, a pid, a name; may be empty
     */
    public LinuxException(String operation, String object, Errno errno) {
        super(operation + (object.isEmpty() ? "" : " " + object) + ": " + errno.text());
        this.operation = operation;
        this.object = object;
        this.errno = errno.number();
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
     * @throws LinuxException if {@code result} is −errno
     */
    public static long check(long result, String operation, Object object) {
        if (result < 0) {
            throw new LinuxException(
                    operation, String.valueOf(object), new Errno(Math.toIntExact(-result)));
        }
        return result;
    }
}
