package io.reaper.linux.terminal;

/**
 * The size of a terminal's window ({@code ioctl_tty(2)}, struct winsize).
 *
 * @param columns characters, 0 to 65535; 0 is "not known"
 * @param rows the same
 */
public record WindowSize(int columns, int rows) {

    private static final int MAX = 0xffff;

    public WindowSize {
        if (columns < 0 || columns > MAX || rows < 0 || rows > MAX) {
            throw new IllegalArgumentException(
                    "window size " + columns + "x" + rows + ": each is 0 to " + MAX);
        }
    }
}
