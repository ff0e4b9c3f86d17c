package io.reaper.shim.ttrpc.wire;

import io.reaper.linux.event.Deadline;
import java.time.Duration;

/**
 * The budget of a request ({@code timeout_nano}), relative to its receipt.
 *
 * @param nanos above 0; 0 if there is no limit
 */
public record Timeout(long nanos) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Longer ones mean none, and would overflow the clock. */
    private static final long LONGEST = Duration.ofDays(365).toNanos();

    public static Timeout ofNanos(long nanos) {
        return new Timeout(nanos > LONGEST ? 0 : nanos);
    }

    public static Timeout until(Deadline deadline) {
        return new Timeout(
                deadline.isNone() ? 0 : Math.max(1, deadline.remainingMillis()) * NANOS_PER_MILLI);
    }

    public boolean isLimited() {
        return nanos > 0;
    }

    /** Rounded up. */
    public long millis() {
        return (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    }

    public Deadline deadline() {
        // deadline: the client's
        return isLimited() ? Deadline.after(Duration.ofNanos(nanos)) : Deadline.NONE;
    }
}
