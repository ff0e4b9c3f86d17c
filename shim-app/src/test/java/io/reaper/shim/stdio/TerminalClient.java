package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * Whoever sits before a terminal, at the other ends of its FIFOs. Reads when it is asked to, and
 * fails rather than wait for longer than 30 s.
 */
final class TerminalClient implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int CHUNK = 64 * 1024;

    private final Fd screen;
    private final Fd keyboard;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

    /** The shim has both open: neither open waits, and each finds its other side there. */
    TerminalClient(Path in, Path out) {
        this.screen = Fd.open(out, O_RDONLY | O_NONBLOCK);
        this.keyboard = Fd.open(in, O_WRONLY | O_NONBLOCK);
    }

    void type(String text) {
        type(text.getBytes(StandardCharsets.UTF_8));
    }

    void type(byte[] bytes) {
        try (Memory buffer = Memory.of(bytes.length)) {
            buffer.bytes().put(0, bytes);
            for (int at = 0; at < bytes.length; ) {
                int count = keyboard.tryWrite(buffer, at, Math.min(CHUNK, bytes.length - at));
                at += count;
                if (count == 0) {
                    await(keyboard, Poll.POLLOUT, "typed " + at + " of " + bytes.length);
                }
            }
        }
    }

    /** Everything up to and with the text; what follows stays for the next read. */
    String readUntil(String text) {
        String seen = unread.toString(StandardCharsets.ISO_8859_1);
        while (!seen.contains(text)) {
            if (!readMore("\"" + text + "\" in: " + seen)) {
                throw new AssertionError("ended without \"" + text + "\": " + seen);
            }
            seen = unread.toString(StandardCharsets.ISO_8859_1);
        }
        return new String(take(seen.indexOf(text) + text.length()), StandardCharsets.ISO_8859_1);
    }

    /** Exactly so many bytes are taken out of the FIFO, if nothing was read ahead before. */
    byte[] read(int count) {
        while (unread.size() < count) {
            if (!readMore(count - unread.size(), unread.size() + " of " + count + " bytes")) {
                throw new AssertionError("ended after " + unread.size() + " of " + count);
            }
        }
        return take(count);
    }

    byte[] readToEnd() {
        while (readMore("the end, after " + unread.size() + " bytes")) {}
        return take(unread.size());
    }

    private byte[] take(int count) {
        byte[] all = unread.toByteArray();
        unread.reset();
        unread.write(all, count, all.length - count);
        return Arrays.copyOf(all, count);
    }

    private boolean readMore(String what) {
        return readMore(CHUNK, what);
    }

    private boolean readMore(int limit, String what) {
        int length = Math.min(limit, CHUNK);
        try (Memory buffer = Memory.of(length)) {
            int count;
            while ((count = screen.tryRead(buffer, 0, length)) < 0) {
                await(screen, Poll.POLLIN, what);
            }
            byte[] bytes = new byte[count];
            buffer.bytes().get(0, bytes);
            unread.writeBytes(bytes);
            return count > 0;
        }
    }

    private static void await(Fd fd, int events, String what) {
        if (Poll.await(Deadline.after(LIMIT), new Poll.Entry(fd, events))[0] == 0) {
            throw new AssertionError("nothing happens; waited for " + what);
        }
    }

    /** Vanishes. */
    @Override
    public void close() {
        screen.close();
        keyboard.close();
    }
}
