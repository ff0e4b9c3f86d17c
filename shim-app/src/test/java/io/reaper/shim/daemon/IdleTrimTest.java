package io.reaper.shim.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.shim.vertx.ShimVertx;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IdleTrimTest {

    private static final Duration QUIET = Duration.ofMillis(200);

    private final Vertx vertx = ShimVertx.create();
    private final BlockingQueue<Long> trims = new LinkedBlockingQueue<>();
    private final IdleTrim trim = new IdleTrim(vertx, () -> trims.add(System.nanoTime()), QUIET);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void activity() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        vertx.runOnContext(
                unused -> {
                    trim.activity();
                    done.complete(null);
                });
        done.join();
    }

    @Test
    void oneTrimAfterEachTimeOfActivity() throws Exception {
        activity();
        assertNotNull(trims.poll(60, TimeUnit.SECONDS));
        assertNull(trims.poll(2 * QUIET.toMillis(), TimeUnit.MILLISECONDS));
        activity();
        assertNotNull(trims.poll(60, TimeUnit.SECONDS));
    }

    /** An activity happens between the two. */
    private record Span(long begun, long done) {}

    @Test
    void noneBeforeTheQuietIsOver() throws Exception {
        List<Span> activities = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long begun = System.nanoTime();
            activity();
            activities.add(new Span(begun, System.nanoTime()));
            Thread.sleep(QUIET.toMillis() / 4);
        }
        Long at;
        do { // more than one if the machine has stopped in between
            at = trims.poll(60, TimeUnit.SECONDS);
            assertNotNull(at);
            for (Span activity : activities) {
                long after = at - activity.begun();
                assertTrue(after >= QUIET.toNanos() || at < activity.done(), after + " ns after");
            }
        } while (at < activities.getLast().done());
        assertEquals(0, trims.size());
    }
}
