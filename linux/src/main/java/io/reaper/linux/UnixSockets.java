package io.reaper.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Unix domain sockets ({@code unix(7)}). */
public final class UnixSockets {

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int PATH_LIMIT = 107; // sun_path with its NUL is 108

    private UnixSockets() {}

    /** Whether somebody listens there; does not wait. */
    public static boolean accepts(Path socket) {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length > PATH_LIMIT) {
            throw new LinuxException("connect", socket.toString(), Errno.ENAMETOOLONG);
        }
        int type = SOCK_STREAM | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
        try (Fd fd = Fd.opened(Syscalls.get().socket(AF_UNIX, type, 0), "socket", "");
                Memory address = Memory.of(Short.BYTES + path.length + 1)) {
            address.bytes().putShort(0, (short) AF_UNIX).put(Short.BYTES, path);
            long result =
                    Syscalls.get().connect(fd.number(), address, Short.BYTES + path.length + 1);
            return result == 0 || result == -Errno.EAGAIN.number(); // EAGAIN: its backlog is full
        }
    }
}
