package io.reaper.linux.process;

/**
 * How a process ended.
 *
 * @param code 0–255, what it gave to {@code exit(2)}; 0 if a signal ended it
 * @param signal the signal that ended it, or 0
 */
public record ExitStatus(int code, int signal) {

    private static final int SIGNAL_OFFSET = 128;

    /** The shell's number: the code, or 128 + signal. */
    public int shellStatus() {
        return signal == 0 ? code : SIGNAL_OFFSET + signal;
    }
}
