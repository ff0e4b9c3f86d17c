package io.reaper.linux.terminal;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;

/**
 * A pseudoterminal ({@code pty(7)}): what is written to one side is read from the other, with the
 * kernel's line discipline between them.
 *
 * @param master the side of whoever shows the terminal
 * @param slave the terminal itself, for a process; nobody's controlling terminal yet
 */
public record Pty(Fd master, Fd slave) implements AutoCloseable {

    private static final Path MULTIPLEXER = Path.of("/dev/ptmx");
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTPEER = 0x5441;
    private static final int O_NOCTTY = 0x100;

    /**
     * Makes one. The slave is opened through the master, not by its name, which another mount
     * namespace or a full /dev/pts might lead elsewhere.
     *
     * @throws LinuxException ENOENT without /dev/ptmx, ENOSPC when the system has no more
     */
    public static Pty open() {
        return of(Fd.open(MULTIPLEXER, OpenFlags.O_RDWR | O_NOCTTY));
    }

    /**
     * Makes one of a multiplexer that was just opened.
     *
     * @param master closed if that fails
     */
    public static Pty of(Fd master) {
        try (Memory unlocked = Memory.of(Integer.BYTES)) {
            LinuxException.check(
                    Syscalls.get().ioctl(master.number(), TIOCSPTLCK, unlocked), "unlock", master);
            return new Pty(master, slaveOf(master));
        } catch (LinuxException e) {
            master.close();
            throw e;
        }
    }

    /**
     * Opens the slave of a master that somebody else has made.
     *
     * @throws LinuxException EIO if it cannot be opened any more
     */
    public static Fd slaveOf(Fd master) {
        long flags = OpenFlags.O_RDWR | O_NOCTTY | OpenFlags.O_CLOEXEC;
        long slave = Syscalls.get().ioctl(master.number(), TIOCGPTPEER, flags);
        return Fd.opened(slave, "open the terminal of", master);
    }

    @Override
    public void close() {
        master.close();
        slave.close();
    }
}
