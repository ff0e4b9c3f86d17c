package io.reaper.runtime.rootfs;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Places where the whole of a procfs or a sysfs is mounted, from {@code proc_pid_mountinfo(5)}. */
final class FullMounts {

    private static final int LIMIT =
            64 << 20; // bytes; of a node with a hundred thousand mounts: 20
    private static final int ROOT = 3;
    private static final int PLACE = 4;
    private static final String SEPARATOR = " - ";

    private FullMounts() {}

    /** In the order of mountinfo, those at and below {@code rootfs} left out. */
    static List<String> outside(Syscalls syscalls, Fd procfs, String rootfs) {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC;
        // of the thread: in a virtual machine it alone may have joined a namespace
        long result = syscalls.openat(procfs.number(), "thread-self/mountinfo", flags, 0);
        try (Fd file = Fd.opened(result, "open", "mountinfo")) {
            return outside(new String(file.readAll(LIMIT), StandardCharsets.ISO_8859_1), rootfs);
        }
    }

    /**
     * @param mountinfo a character for each byte
     */
    static List<String> outside(String mountinfo, String rootfs) {
        List<String> places = new ArrayList<>();
        int start = 0;
        for (int end; (end = mountinfo.indexOf('\n', start)) >= 0; start = end + 1) {
            String line = mountinfo.substring(start, end);
            int separator = line.indexOf(SEPARATOR);
            if (separator >= 0 && isKernels(line, separator + SEPARATOR.length())) {
                String place = unescaped(field(line, PLACE));
                if (field(line, ROOT).equals("/") && !isWithin(place, rootfs)) {
                    places.add(place);
                }
            }
        }
        return places;
    }

    private static boolean isKernels(String line, int type) {
        return line.startsWith("proc ", type) || line.startsWith("sysfs ", type);
    }

    private static boolean isWithin(String place, String rootfs) {
        return place.startsWith(rootfs)
                && (place.length() == rootfs.length() || place.charAt(rootfs.length()) == '/');
    }

    private static String field(String line, int index) {
        int start = 0;
        for (int i = 0; i < index; i++) {
            start = line.indexOf(' ', start) + 1;
        }
        return line.substring(start, line.indexOf(' ', start));
    }

    /** Blank, tab, newline and backslash are three octal digits after a backslash. */
    private static String unescaped(String field) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length()) {
                bytes.write(Integer.parseInt(field, i + 1, i + 4, 8));
                i += 3;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
