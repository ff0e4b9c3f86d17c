package io.reaper.linux.event;

import java.time.Duration;

/** A moment on the monotonic clock after which waiting ends. {@link #NONE}: never. */
public final class Deadline {

    public static final Deadline NONE = new Deadline(false, 0);

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final boolean limited;
    private final long nanoTime;

    private Deadline(boolean limited, long nanoTime) {
        this.limited = limited;
        this.nanoTime = nanoTime;
    }

    public static Deadline after(Duration duration) {
        return new Deadline(true, System.nanoTime() + duration.toNanos());
    }

    public boolean isNone() {
        return !limited;
    }

    public boolean passed() {
        return limited && System.nanoTime() - nanoTime >= 0;
    }

    /** Rounded up, 0 once passed, −1 for none: what {@code poll(2)} takes. */
    public int remainingMillis() {
        if (!limited) {
            return -1;
        }
        long nanos = Math.max(0, nanoTime - System.nanoTime());
        return (int) Math.min(Integer.MAX_VALUE, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }
}
