package io.reaper.shim.exit;

import static io.reaper.linux.seam.OpenFlags.O_RDONLY;

import io.reaper.linux.file.Fd;
import java.nio.file.Path;

/**
 * The children of this process' first thread, by {@code /proc/PID/task/PID/children} (proc(5)). The
 * kernel hands orphans to the first living thread of their subreaper, which is the one that has
 * been there from the start; so is what a thread of ours leaves behind at its own end. The children
 * that other threads have made are not in it.
 */
final class AdoptedChildren {

    private static final int BUFFER_SIZE = 4096;

    private final Path file;
    private final byte[] buffer = new byte[BUFFER_SIZE];

    AdoptedChildren(int self) {
        this.file = Path.of("/proc/" + self + "/task/" + self + "/children");
    }

    /** What is told each child's pid. */
    interface Visitor {
        void child(int pid);
    }

    /**
     * Not for two threads at once.
     *
     * @throws io.reaper.linux.seam.LinuxException if the kernel refuses
     */
    void forEach(Visitor visitor) {
        try (Fd children = Fd.open(file, O_RDONLY)) {
            int pid = 0;
            for (int count; (count = children.read(buffer, 0, BUFFER_SIZE)) > 0; ) {
                for (int i = 0; i < count; i++) {
                    if (buffer[i] >= '0' && buffer[i] <= '9') {
                        pid = pid * 10 + buffer[i] - '0';
                    } else if (pid > 0) {
                        visitor.child(pid);
                        pid = 0;
                    }
                }
            }
            if (pid > 0) {
                visitor.child(pid);
            }
        }
    }
}
