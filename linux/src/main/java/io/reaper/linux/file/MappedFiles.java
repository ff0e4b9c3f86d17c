package io.reaper.linux.file;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that are mapped into this process: its executable and libraries ({@code mmap(2)}). */
public final class MappedFiles {

    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final int MADV_DONTNEED = 4;
    private static final int BUFFER_SIZE = 16 * 1024;
    private static final int LINE_LIMIT = 512;
    private static final byte[] UNWRITTEN =
            "Anonymous:             0 kB".getBytes(StandardCharsets.US_ASCII);

    private MappedFiles() {}

    /**
     * Lets go of the pages that were only read: they stay in the page cache, and the next use maps
     * them again. A mapping that holds pages of its own is left alone, also a read-only one: what
     * the dynamic linker has written there exists nowhere else. That mappings come and go meanwhile
     * does not matter, for those of executables and libraries stay; nor does one that the kernel
     * refuses to touch.
     *
     * @throws LinuxException if /proc cannot be read
     */
    public static void release() {
        List<Range> unwritten = new ArrayList<>();
        try (Fd mappings = Fd.open(MAPPINGS, OpenFlags.O_RDONLY)) {
            Scan scan = new Scan((from, to) -> unwritten.add(new Range(from, to)));
            byte[] bytes = new byte[BUFFER_SIZE];
            for (int count; (count = mappings.read(bytes, 0, BUFFER_SIZE)) > 0; ) {
                for (int i = 0; i < count; i++) {
                    scan.next(bytes[i]);
                }
            }
        }
        // Last of all and backwards: the code of all this lies in the first mapping.
        for (int i = unwritten.size() - 1; i >= 0; i--) {
            Range range = unwritten.get(i);
            Syscalls.get().madvise(range.from(), range.to() - range.from(), MADV_DONTNEED);
        }
    }

    private record Range(long from, long to) {}

    /** What is told the borders of each mapping whose pages can go. */
    interface Visitor {
        void mapping(long from, long to);
    }

    /** Byte by byte: smaps has a hundred kilobytes, and this runs to save memory. */
    static final class Scan {
        private final byte[] line = new byte[LINE_LIMIT];
        private int length;
        private long from;
        private long to;
        private boolean candidate;
        private final Visitor visitor;

        Scan(Visitor visitor) {
            this.visitor = visitor;
        }

        void next(byte b) {
            if (b == '\n') {
                line();
                length = 0;
            } else if (length < LINE_LIMIT) {
                line[length++] = b;
            }
        }

        /** {@code 7f0000-7f1000 r-xp 00000000 fe:00 1234 /path}, then {@code Name: value}. */
        private void line() {
            int dash = indexOf((byte) '-', 0);
            int blank = indexOf((byte) ' ', 0);
            if (dash > 0 && dash < blank && blank + 2 < length) {
                from = hex(0, dash);
                to = hex(dash + 1, blank);
                candidate = line[blank + 2] == '-' && indexOf((byte) '/', blank) > 0;
            } else if (candidate && isUnwritten()) {
                visitor.mapping(from, to);
            }
        }

        private boolean isUnwritten() {
            if (length != UNWRITTEN.length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (line[i] != UNWRITTEN[i]) {
                    return false;
                }
            }
            return true;
        }

        private int indexOf(byte wanted, int start) {
            for (int i = start; i < length; i++) {
                if (line[i] == wanted) {
                    return i;
                }
            }
            return -1;
        }

        private long hex(int start, int end) {
            long value = 0;
            for (int i = start; i < end; i++) {
                value = value << 4 | Character.digit(line[i], 16);
            }
            return value;
        }
    }
}
