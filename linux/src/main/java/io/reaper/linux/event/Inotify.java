package io.reaper.linux.event;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What happens to files ({@code inotify(7)}). */
public final class Inotify implements AutoCloseable {

    public static final int IN_MODIFY = 0x2;
    public static final int IN_ATTRIB = 0x4;
    public static final int IN_OPEN = 0x20;
    public static final int IN_MOVED_TO = 0x80;
    public static final int IN_CREATE = 0x100;
    public static final int IN_DELETE_SELF = 0x400;
    public static final int IN_IGNORED = 0x8000;

    private static final int FLAGS = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
    private static final int HEADER = 16;
    private static final int BUFFER = 16 * 1024;

    private final Fd fd = Fd.opened(Syscalls.get().inotifyInit1(FLAGS), "inotify_init1", "");

    /**
     * Something that happened.
     *
     * @param watch what {@link #watch} returned
     * @param name of the entry if a directory is watched, else empty
     */
    public record Event(int watch, int mask, String name) {}

    /** Readable when there are events. */
    public Fd fd() {
        return fd;
    }

    public int watch(Path path, int mask) {
        long result = Syscalls.get().inotifyAddWatch(fd.number(), path.toString(), mask);
        return (int) LinuxException.check(result, "inotify_add_watch", path);
    }

    /** Ends a watch; one that ended by itself (its file is gone) is no error. */
    public void unwatch(int watch) {
        long result = Syscalls.get().inotifyRmWatch(fd.number(), watch);
        if (result != -Errno.EINVAL.number()) {
            LinuxException.check(result, "inotify_rm_watch", watch);
        }
    }

    /** All that is there; does not wait. */
    public List<Event> read() {
        List<Event> events = new ArrayList<>();
        byte[] name = new byte[BUFFER];
        try (Memory buffer = Memory.of(BUFFER)) {
            while (true) {
                long count = Syscalls.get().read(fd.number(), buffer, BUFFER);
                if (count == -Errno.EAGAIN.number()) {
                    return events;
                }
                LinuxException.check(count, "read", "inotify");
                for (int at = 0; at < count; ) {
                    int length = buffer.bytes().getInt(at + 12);
                    buffer.bytes().get(at + HEADER, name, 0, length);
                    String text = new String(name, 0, length, StandardCharsets.UTF_8);
                    int end = text.indexOf('\0');
                    events.add(
                            new Event(
                                    buffer.bytes().getInt(at),
                                    buffer.bytes().getInt(at + 4),
                                    end < 0 ? text : text.substring(0, end)));
                    at += HEADER + length;
                }
            }
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
