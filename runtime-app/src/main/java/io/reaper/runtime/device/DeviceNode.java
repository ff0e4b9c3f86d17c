package io.reaper.runtime.device;

/**
 * A node that a container gets.
 *
 * @param index in {@code linux.devices}; {@link #DEFAULT} of one that every container has
 * @param path in the container
 * @param major 0 to 4095; 0 of a FIFO
 * @param minor 0 to 1048575; 0 of a FIFO
 * @param permissions the lower twelve bits of a mode
 * @param uid unsigned, in the bits of an int
 * @param gid unsigned, in the bits of an int
 */
public record DeviceNode(
        int index,
        String path,
        DeviceType type,
        int major,
        int minor,
        int permissions,
        int uid,
        int gid) {

    public static final int DEFAULT = -1;

    static final int MAJOR_LIMIT = 0xfff;
    static final int MINOR_LIMIT = 0xfffff;

    private static final int LOW_MINOR = 0xff;
    private static final int MAJOR_SHIFT = 8;
    private static final int HIGH_MINOR_SHIFT = 12;

    /** As {@code mknod(2)} takes them: 32 bits, the minor number in two parts. */
    int number() {
        return (minor & LOW_MINOR)
                | major << MAJOR_SHIFT
                | (minor & ~LOW_MINOR) << HIGH_MINOR_SHIFT;
    }

    /** Who wants it, for messages. */
    String property() {
        return index == DEFAULT ? "default device" : "linux.devices[" + index + "]";
    }

    /** As in {@code ls -l}: "c 1:3". */
    String kind() {
        return type.letter() + (type.isNumbered() ? " " + major + ":" + minor : "");
    }
}
