package io.reaper.linux.terminal;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** What can be asked of and done to an open terminal ({@code ioctl_tty(2)}). */
public final class Terminal {

    private static final int TCGETS = 0x5401;
    private static final int TCSETS = 0x5402;
    public static final int TIOCSCTTY = 0x540e;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TIOCSWINSZ = 0x5414;
    private static final int WINSIZE_SIZE = 8; // rows, columns, and two that nobody uses

    private Terminal() {}

    public static boolean isTerminal(Fd fd) {
        try (Memory termios = Memory.of(Settings.SIZE)) {
            return Syscalls.get().ioctl(fd.number(), TCGETS, termios) == 0;
        }
    }

    /**
     * Asks for the size of the window.
     *
     * @throws LinuxException ENOTTY if it is no terminal
     */
    public static WindowSize size(Fd fd) {
        try (Memory winsize = Memory.of(WINSIZE_SIZE)) {
            control(fd, TIOCGWINSZ, winsize, "get the window size of");
            return new WindowSize(
                    Short.toUnsignedInt(winsize.bytes().getShort(Short.BYTES)),
                    Short.toUnsignedInt(winsize.bytes().getShort(0)));
        }
    }

    /** Sets the size; the foreground processes get SIGWINCH if that is a change. */
    public static void resize(Fd fd, WindowSize size) {
        try (Memory winsize = Memory.of(WINSIZE_SIZE)) {
            winsize.bytes()
                    .putShort(0, (short) size.rows())
                    .putShort(Short.BYTES, (short) size.columns());
            control(fd, TIOCSWINSZ, winsize, "set the window size of");
        }
    }

    /** Makes it the controlling terminal of the calling process, which leads a session without. */
    public static void makeControlling(Fd fd) {
        LinuxException.check(
                Syscalls.get().ioctl(fd.number(), TIOCSCTTY, 0),
                "make the controlling terminal of",
                fd);
    }

    /** How it treats what is typed and shown. */
    public static Settings settings(Fd fd) {
        try (Memory termios = Memory.of(Settings.SIZE)) {
            control(fd, TCGETS, termios, "get the settings of");
            byte[] bytes = new byte[Settings.SIZE];
            termios.bytes().get(0, bytes);
            return new Settings(bytes);
        }
    }

    /** At once, whatever is still to be shown. */
    public static void apply(Fd fd, Settings settings) {
        try (Memory termios = Memory.of(Settings.SIZE)) {
            termios.bytes().put(0, settings.termios);
            control(fd, TCSETS, termios, "change the settings of");
        }
    }

    private static void control(Fd fd, long request, Memory argument, String operation) {
        long result;
        do {
            result = Syscalls.get().ioctl(fd.number(), request, argument);
        } while (result == -Errno.EINTR.number());
        LinuxException.check(result, operation, fd);
    }

    /**
     * The kernel's struct termios ({@code asm-generic/termbits.h}): four words of flags, the line
     * discipline, 19 special characters.
     */
    public static final class Settings {

        private static final int SIZE = 36;
        private static final int IFLAG = 0;
        private static final int OFLAG = 4;
        private static final int CFLAG = 8;
        private static final int LFLAG = 12;
        private static final int VTIME = 17 + 5;
        private static final int VMIN = 17 + 6;

        /** IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON. */
        private static final int COOKED_INPUT = 01 | 02 | 010 | 040 | 0100 | 0200 | 0400 | 02000;

        private static final int OPOST = 01;

        /** CSIZE, PARENB. */
        private static final int CHARACTER_SIZE = 060 | 0400;

        private static final int CS8 = 060;

        /** ISIG, ICANON, ECHO, ECHONL, IEXTEN. */
        private static final int LINE_EDITING = 01 | 02 | 010 | 0100 | 0100000;

        private final byte[] termios;

        private Settings(byte[] termios) {
            this.termios = termios;
        }

        /** Every byte as it comes, both ways: {@code cfmakeraw(3)}. */
        public Settings raw() {
            byte[] raw = termios.clone();
            change(raw, IFLAG, COOKED_INPUT, 0);
            change(raw, OFLAG, OPOST, 0);
            change(raw, CFLAG, CHARACTER_SIZE, CS8);
            change(raw, LFLAG, LINE_EDITING, 0);
            raw[VTIME] = 0;
            raw[VMIN] = 1;
            return new Settings(raw);
        }

        private static void change(byte[] termios, int at, int remove, int add) {
            ByteBuffer words = ByteBuffer.wrap(termios).order(ByteOrder.nativeOrder());
            words.putInt(at, (words.getInt(at) & ~remove) | add);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Settings settings && Arrays.equals(termios, settings.termios);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(termios);
        }
    }
}
