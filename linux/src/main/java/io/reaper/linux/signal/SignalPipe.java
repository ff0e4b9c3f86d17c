package io.reaper.linux.signal;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Kernels;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import java.util.Set;

/**
 * Signals to this process as something that can be waited for together with descriptors: a handler
 * writes each one's number into a pipe. Unlike {@code signalfd(2)} it needs no signal to be blocked
 * in every thread. One at a time, and for the rest of the process's life: once watched, a signal
 * never has its default effect again; without a reader it is lost.
 */
public final class SignalPipe implements AutoCloseable {

    private final Fd reader;
    private final Fd writer;

    private SignalPipe(Fd[] pipe) {
        this.reader = pipe[0];
        this.writer = pipe[1];
    }

    /**
     * Begins to watch.
     *
     * @param signals numbers; neither SIGKILL nor SIGSTOP, nor the C library's own (32, 33)
     * @throws LinuxException EINVAL for one of those
     */
    public static SignalPipe open(Set<Integer> signals) {
        SignalPipe pipe = new SignalPipe(Fd.pipe(OpenFlags.O_NONBLOCK));
        for (int signal : signals) {
            LinuxException.check(
                    Kernels.CURRENT.watchSignal(signal, pipe.writer.number()),
                    "watch",
                    Signals.name(signal));
        }
        return pipe;
    }

    /** Readable while a signal is to be taken. */
    public Fd fd() {
        return reader;
    }

    /** The next signal's number; 0 if there is none. */
    public int take() {
        try (Memory number = Memory.of(1)) {
            return reader.tryRead(number, 0, 1) == 1
                    ? Byte.toUnsignedInt(number.bytes().get(0))
                    : 0;
        }
    }

    /** Signals that still come are lost. The writing end stays open: a handler may be at it. */
    @Override
    public void close() {
        reader.close();
    }
}
