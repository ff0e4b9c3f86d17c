package io.reaper.linux.file;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Unix domain sockets ({@code unix(7)}), and descriptors sent through them. Paths may be longer
 * than {@code sun_path} is: their directory is opened then, and named by its descriptor.
 */
public final class UnixSockets {

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int PATH_LIMIT = 107; // sun_path with its NUL is 108
    private static final int BACKLOG = 16;

    // struct msghdr, struct iovec and struct cmsghdr with one descriptor, of 64-bit Linux
    private static final int MSGHDR_SIZE = 56;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int IOVEC_SIZE = 16;
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;
    private static final int CMSG_LEN = CMSG_DATA + Integer.BYTES;
    private static final int NAME_LIMIT = 4096;

    private UnixSockets() {}

    /** Whether somebody listens there; does not wait. */
    public static boolean accepts(Path socket) {
        try (Fd fd = socket(OpenFlags.O_NONBLOCK)) {
            long result = at(socket, (address, size) -> connect(fd, address, size));
            return result == 0 || result == -Errno.EAGAIN.number(); // EAGAIN: its backlog is full
        }
    }

    /**
     * A stream to whoever listens there; waits while its backlog is full.
     *
     * @throws LinuxException ENOENT if there is no such file, ECONNREFUSED if nobody listens
     */
    public static Fd connect(Path socket) {
        Fd fd = socket(0);
        try {
            LinuxException.check(
                    at(socket, (address, size) -> connect(fd, address, size)), "connect", socket);
            return fd;
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    private static long connect(Fd fd, Memory address, int size) {
        long result;
        do {
            result = Syscalls.get().connect(fd.number(), address, size);
        } while (result == -Errno.EINTR.number());
        return result;
    }

    /**
     * Listens for streams at a new file.
     *
     * @param permissions of the file, from the start
     * @throws LinuxException EADDRINUSE if the path is taken
     */
    public static Fd listen(Path socket, int permissions) {
        Fd fd = socket(0);
        try {
            fd.chmod(permissions); // bind makes the file with these
            LinuxException.check(
                    at(socket, (address, size) -> Syscalls.get().bind(fd.number(), address, size)),
                    "bind",
                    socket);
            LinuxException.check(Syscalls.get().listen(fd.number(), BACKLOG), "listen", socket);
            return fd;
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    /** The next connection; waits for it. */
    public static Fd accept(Fd listening) {
        long result;
        do {
            result = Syscalls.get().accept4(listening.number(), OpenFlags.O_CLOEXEC);
        } while (result == -Errno.EINTR.number());
        return Fd.opened(result, "accept", listening);
    }

    /**
     * What came in one piece.
     *
     * @param descriptor sent with it
     */
    public record Received(ByteBuffer text, Optional<Fd> descriptor) {}

    /**
     * Gives the other side a descriptor ({@code SCM_RIGHTS}).
     *
     * @param name sent with it, not empty: receivers of terminals take it for the terminal's name
     */
    public static void sendDescriptor(Fd socket, Fd descriptor, String name) {
        send(socket, name.getBytes(StandardCharsets.UTF_8), descriptor);
    }

    /**
     * Sends bytes and a descriptor with them ({@code SCM_RIGHTS}).
     *
     * @param text not empty: else nothing would be sent through a stream
     * @throws LinuxException EPIPE if the other side is gone
     */
    public static void send(Fd socket, byte[] text, Fd descriptor) {
        try (Message message = new Message(text.length)) {
            message.text.bytes().put(0, text);
            message.control
                    .bytes()
                    .putLong(0, CMSG_LEN)
                    .putInt(CMSG_LEVEL, SOL_SOCKET)
                    .putInt(CMSG_TYPE, SCM_RIGHTS)
                    .putInt(CMSG_DATA, descriptor.number());
            long result;
            do {
                result = Syscalls.get().sendmsg(socket.number(), message.header, MSG_NOSIGNAL);
            } while (result == -Errno.EINTR.number());
            LinuxException.check(result, "send a descriptor through", socket);
        }
    }

    /**
     * Takes the descriptor which the other side sends; waits for it.
     *
     * @throws LinuxException EBADF if the other side sent none, or went away
     */
    public static Fd receiveDescriptor(Fd socket) {
        return receive(socket, NAME_LIMIT)
                .descriptor()
                .orElseThrow(
                        () ->
                                new LinuxException(
                                        "receive a descriptor from",
                                        socket.toString(),
                                        Errno.EBADF));
    }

    /**
     * Takes what the other side sends next; waits for it. No bytes are its end.
     *
     * @param limit bytes; of a longer packet the rest is lost
     * @throws LinuxException ECONNRESET if it went away without having read all
     */
    public static Received receive(Fd socket, int limit) {
        try (Message message = new Message(limit)) {
            long result;
            do {
                result = Syscalls.get().recvmsg(socket.number(), message.header, MSG_CMSG_CLOEXEC);
            } while (result == -Errno.EINTR.number());
            byte[] text = new byte[(int) LinuxException.check(result, "receive from", socket)];
            message.text.bytes().get(0, text);
            ByteBuffer control = message.control.bytes();
            boolean sent =
                    message.header.bytes().getLong(MSG_CONTROLLEN) == CMSG_LEN
                            && control.getInt(CMSG_LEVEL) == SOL_SOCKET
                            && control.getInt(CMSG_TYPE) == SCM_RIGHTS;
            return new Received(
                    ByteBuffer.wrap(text),
                    sent
                            ? Optional.of(
                                    Fd.opened(
                                            control.getInt(CMSG_DATA),
                                            "receive",
                                            "sent descriptor"))
                            : Optional.empty());
        }
    }

    private static Fd socket(int flags) {
        int type = SOCK_STREAM | OpenFlags.O_CLOEXEC | flags;
        return Fd.opened(Syscalls.get().socket(AF_UNIX, type, 0), "socket", "");
    }

    private interface WithAddress {
        long call(Memory address, int size);
    }

    private static long at(Path socket, WithAddress call) {
        if (bytes(socket.toString()).length <= PATH_LIMIT) {
            return at(socket.toString(), call);
        }
        Path directory = socket.toAbsolutePath().getParent();
        try (Fd open = Fd.open(directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            String near = "/proc/self/fd/" + open.number() + "/" + socket.getFileName();
            if (bytes(near).length > PATH_LIMIT) {
                throw new LinuxException("use socket", socket.toString(), Errno.ENAMETOOLONG);
            }
            return at(near, call);
        }
    }

    private static long at(String path, WithAddress call) {
        byte[] text = bytes(path);
        int size = Short.BYTES + text.length + 1;
        try (Memory address = Memory.of(size)) {
            address.bytes().putShort(0, (short) AF_UNIX).put(Short.BYTES, text);
            return call.call(address, size);
        }
    }

    private static byte[] bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }

    /** A {@code struct msghdr} with text and room for one descriptor. */
    private static final class Message implements AutoCloseable {
        private final Memory header = Memory.of(MSGHDR_SIZE);
        private final Memory part = Memory.of(IOVEC_SIZE);
        private final Memory control = Memory.of(CMSG_LEN);
        private final Memory text;

        Message(int size) {
            text = Memory.of(size);
            part.bytes().putLong(0, text.address()).putLong(Long.BYTES, size);
            header.bytes()
                    .putLong(MSG_IOV, part.address())
                    .putLong(MSG_IOVLEN, 1)
                    .putLong(MSG_CONTROL, control.address())
                    .putLong(MSG_CONTROLLEN, CMSG_LEN);
        }

        @Override
        public void close() {
            header.close();
            part.close();
            control.close();
            text.close();
        }
    }
}
