package io.reaper.linux.file;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import java.io.InputStream;

/**
 * What a descriptor holds, as a stream, for documents that are larger than what is wanted of them.
 * {@link #close} leaves the descriptor open.
 */
public final class FdInput extends InputStream {

    private static final int CHUNK = 64 * 1024;

    private final Fd fd;
    private final int limit;
    private final Memory buffer = Memory.of(CHUNK);
    private int size;
    private boolean closed;

    /**
     * Reads from where the descriptor is.
     *
     * @param limit bytes; reading more throws a LinuxException, E2BIG as {@link Fd#readAll}
     */
    public FdInput(Fd fd, int limit) {
        this.fd = fd;
        this.limit = limit;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads once.
     *
     * @throws LinuxException if the kernel refuses, or there is more than the limit
     */
    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0 || closed) {
            return closed ? -1 : 0;
        }
        int count = fd.tryRead(buffer, 0, Math.min(length, CHUNK));
        if (count < 0) {
            throw new LinuxException("read", fd.toString(), Errno.EAGAIN);
        }
        size += count;
        if (size > limit) {
            throw new LinuxException(
                    "read more than " + limit + " bytes of", fd.toString(), Errno.E2BIG);
        }
        buffer.bytes().get(0, into, offset, count);
        return count == 0 ? -1 : count;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            buffer.close();
        }
    }
}
