package io.reaper.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits of the tests for what another program does; they look again and again until a deadline. */
public final class Await {
    private static final Duration STEP = Duration.ofMillis(50);

    private Await() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @param what names the condition and what is there instead, asked for only on failure
     * @throws AssertionError when the deadline has passed
     */
    public static void until(Duration deadline, BooleanSupplier condition, Supplier<String> what) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(
                        "after " + deadline.toSeconds() + " s still not: " + what.get());
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(STEP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
