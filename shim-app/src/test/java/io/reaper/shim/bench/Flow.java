package io.reaper.shim.bench;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;

/** Bytes through descriptors that wait, timed; none may be missing, and none too many. */
final class Flow {
    private Flow() {}

    /**
     * Reads that many bytes.
     *
     * @return 10⁶ bytes a second, of those that came after the first read had returned
     */
    static double read(Fd reader, long bytes, int block) {
        try (Memory buffer = Memory.of(block)) {
            long first = part(reader, buffer, bytes);
            long begin = System.nanoTime();
            rest(reader, buffer, bytes - first);
            return rate(bytes - first, begin);
        }
    }

    /**
     * Writes that many bytes on one side while it reads them on the other.
     *
     * @return 10⁶ bytes a second, from the first write to the last read
     */
    static double through(Fd writer, Fd reader, long bytes, int block) {
        long begin = System.nanoTime();
        Thread writing = Thread.ofPlatform().daemon().start(() -> write(writer, bytes, block));
        try (Memory buffer = Memory.of(block)) {
            rest(reader, buffer, bytes);
        }
        double rate = rate(bytes, begin);
        try {
            writing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return rate;
    }

    /** Fails if anything comes but the end. */
    static void expectEnd(Fd reader) {
        try (Memory buffer = Memory.of(1)) {
            if (reader.tryRead(buffer, 0, 1) != 0) {
                throw new IllegalStateException("more than was written came from " + reader);
            }
        }
    }

    private static void write(Fd writer, long bytes, int block) {
        try (Memory buffer = Memory.of(block)) {
            for (long left = bytes; left > 0; ) {
                left -= writer.tryWrite(buffer, 0, (int) Math.min(block, left));
            }
        }
    }

    private static void rest(Fd reader, Memory buffer, long bytes) {
        for (long left = bytes; left > 0; ) {
            left -= part(reader, buffer, left);
        }
    }

    private static int part(Fd reader, Memory buffer, long left) {
        int count = count(reader, buffer, (int) Math.min(buffer.bytes().capacity(), left));
        if (count <= 0) {
            throw new IllegalStateException(left + " bytes have not come from " + reader);
        }
        return count;
    }

    private static int count(Fd reader, Memory buffer, int length) {
        try {
            return reader.tryRead(buffer, 0, length);
        } catch (LinuxException e) {
            if (e.errno().equals(Errno.EIO)) {
                return 0; // a terminal whose other side is closed
            }
            throw e;
        }
    }

    private static double rate(long bytes, long begin) {
        return bytes / 1e6 / ((System.nanoTime() - begin) / 1e9);
    }
}
