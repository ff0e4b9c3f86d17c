package io.reaper.runtime.device;

import java.util.Optional;

/** The types of {@code linux.devices}; "u", an unbuffered one, is a character device for Linux. */
public enum DeviceType {
    CHARACTER('c', 0x2000),
    BLOCK('b', 0x6000),
    FIFO('p', 0x1000);

    private final char letter;
    private final int format;

    DeviceType(char letter, int format) {
        this.letter = letter;
        this.format = format;
    }

    static Optional<DeviceType> named(String type) {
        return switch (type) {
            case "c", "u" -> Optional.of(CHARACTER);
            case "b" -> Optional.of(BLOCK);
            case "p" -> Optional.of(FIFO);
            default -> Optional.empty();
        };
    }

    /** As in {@code ls -l}. */
    char letter() {
        return letter;
    }

    /** {@code S_IFCHR}, {@code S_IFBLK} or {@code S_IFIFO}. */
    int format() {
        return format;
    }

    /** Whether its numbers mean something. */
    boolean isNumbered() {
        return this != FIFO;
    }
}
