package io.reaper.contract;

import java.nio.file.Path;

/**
 * A container's id, safe as a file name; the only way to a container's directory.
 *
 * @param value 1 to 1024 of {@code [A-Za-z0-9_+.-]}, neither "." nor ".."
 */
public record ContainerId(String value) {

    private static final int MAX_LENGTH = 1024;
    private static final int SHOWN = 64;

    /**
     * @throws InvalidIdException "invalid container id …" with the reason
     */
    public ContainerId {
        if (value.isEmpty()) {
            throw new InvalidIdException(": it is empty");
        }
        if (value.length() > MAX_LENGTH) {
            throw new InvalidIdException(
                    " \"%s…\": %d characters, at most %d are allowed"
                            .formatted(printable(value), value.length(), MAX_LENGTH));
        }
        boolean dots = value.equals(".") || value.equals("..");
        if (dots || !allowed(value)) {
            throw new InvalidIdException(
                    " \"%s\": only letters, digits and _ + - . are allowed"
                            .formatted(printable(value)));
        }
    }

    public static ContainerId of(String value) {
        return new ContainerId(value);
    }

    private static boolean allowed(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!allowed(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean allowed(int c) {
        boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || (c < 128 && "_+-.".indexOf(c) >= 0);
    }

    private static String printable(String value) {
        String start = value.length() > SHOWN ? value.substring(0, SHOWN) : value;
        return start.replaceAll("\\p{Cntrl}", "?");
    }

    /** The container's directory below a root. */
    public Path in(Path root) {
        return root.resolve(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContainerId id && id.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
