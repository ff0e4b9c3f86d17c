package io.reaper.linux.network;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;

/**
 * The interface {@code lo}, which every network namespace has and which is down in a new one
 * ({@code netdevice(7)}).
 */
public final class Loopback {

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final int IFREQ_SIZE = 40;
    private static final int FLAGS = 16; // behind the name
    private static final int IFF_UP = 1;
    private static final byte[] NAME = "lo".getBytes(StandardCharsets.US_ASCII);

    private final Syscalls syscalls;

    public Loopback(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /** With its addresses, which the kernel adds by itself. */
    public void raise() {
        long socket =
                LinuxException.check(
                        syscalls.socket(AF_INET, SOCK_DGRAM | OpenFlags.O_CLOEXEC, 0),
                        "socket for",
                        "lo");
        try (Memory request = Memory.of(IFREQ_SIZE)) {
            request.bytes().put(0, NAME);
            LinuxException.check(
                    syscalls.ioctl((int) socket, SIOCGIFFLAGS, request), "flags of", "lo");
            short flags = request.bytes().getShort(FLAGS);
            request.bytes().putShort(FLAGS, (short) (flags | IFF_UP));
            LinuxException.check(
                    syscalls.ioctl((int) socket, SIOCSIFFLAGS, request), "set up", "lo");
        } finally {
            syscalls.close((int) socket);
        }
    }
}
