package io.reaper.runtime.mount;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import java.util.List;

/**
 * One element of {@code mounts} that is to be made.
 *
 * @param index its place in config.json
 * @param destination absolute, without "." and ".."; never "/"
 * @param type of a filesystem; empty for bind mounts
 * @param source of a bind mount an absolute path of the node, else any text
 * @param options as written
 */
public record MountEntry(
        int index, String destination, String type, String source, List<String> options) {

    public MountEntry {
        options = List.copyOf(options);
    }

    /** The property that errors name. */
    String property() {
        return "mounts[" + index + "]";
    }

    boolean isBind() {
        return type.isEmpty();
    }

    /** A destination in /dev is completed after its mount. */
    boolean isOfDev() {
        return destination.equals("/dev") || destination.startsWith("/dev/");
    }

    /** In one line, with what callers know of other runtimes. */
    LinuxException failure(LinuxException cause) {
        String object = cause.object().isEmpty() ? "" : " " + Excerpt.of(cause.object());
        return new LinuxException(
                property()
                        + ": error mounting "
                        + Excerpt.quoted(source.isEmpty() ? type : source)
                        + " to rootfs at "
                        + Excerpt.quoted(destination)
                        + ": "
                        + cause.operation()
                        + object,
                "",
                cause.errno());
    }
}
