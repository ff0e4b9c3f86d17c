package io.reaper.runtime.child;

import java.nio.charset.StandardCharsets;

/** The end of what a program said: enough for an error message, however much it says. */
public final class Tail implements Sink {

    private final byte[] ring;
    private long written;

    /**
     * @param limit bytes that are kept
     */
    public Tail(int limit) {
        this.ring = new byte[limit];
    }

    @Override
    public void take(byte[] bytes, int count) {
        for (int i = Math.max(0, count - ring.length); i < count; i++) {
            ring[(int) ((written + i) % ring.length)] = bytes[i];
        }
        written += count;
    }

    /** In one line, without blanks at its ends; "…" stands for a beginning that is not kept. */
    public String text() {
        int length = (int) Math.min(written, ring.length);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((written - length + i) % ring.length)];
        }
        String text = new String(kept, StandardCharsets.UTF_8).strip();
        String line = String.join(" ", text.lines().map(String::strip).toList());
        return written > length ? "…" + line : line;
    }
}
