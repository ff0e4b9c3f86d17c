package io.reaper.shim.daemon;

import io.reaper.linux.file.MappedFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.log.ShimLog;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives memory back once after each time of activity: a daemon serves its container's start, and
 * then often nothing for days. The heap is collected, and the pages of the executable that were
 * only read are let go; they stay in the page cache and come back as they are used.
 *
 * <p>One timer, set by the first activity and set again when it ends too early: activity costs a
 * field, and nothing wakes up after the trim. Belongs to the event loop.
 */
final class IdleTrim {

    private static final Duration QUIET = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Runnable trim;
    private final long quietNanos;
    private long lastActivity;
    private boolean armed;

    IdleTrim(Vertx vertx, ShimLog log) {
        this(vertx, () -> release(log), QUIET);
    }

    IdleTrim(Vertx vertx, Runnable trim, Duration quiet) {
        this.vertx = vertx;
        this.trim = trim;
        this.quietNanos = quiet.toNanos();
    }

    /** Something was asked or told. */
    void activity() {
        lastActivity = System.nanoTime();
        if (!armed) {
            armed = true;
            await(quietNanos);
        }
    }

    private void quiet() {
        long left = quietNanos - (System.nanoTime() - lastActivity);
        if (left > 0) {
            await(left);
        } else {
            armed = false;
            trim.run();
        }
    }

    private void await(long nanos) {
        // deadline: not of anybody's wait: nothing has happened for so long
        vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, unused -> quiet());
    }

    private static void release(ShimLog log) {
        try {
            System.gc();
            // What survives the first collection lies in half-full chunks; the second packs it.
            System.gc();
            MappedFiles.release();
        } catch (LinuxException e) {
            log.warn("memory of the idle shim", e);
        }
    }
}
