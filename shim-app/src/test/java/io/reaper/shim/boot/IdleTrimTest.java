package io.reaper.shim.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.shim.ttrpc.ShimVertx;
import io.vertx.core.Vertx;
import java.time.Duration;
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
        assertTrue(trims.poll(20, TimeUnit.SECONDS) != null);
        assertNull(trims.poll(2 * QUIET.toMillis(), TimeUnit.MILLISECONDS));
        activity();
        assertTrue(trims.poll(20, TimeUnit.SECONDS) != null);
    }

    @Test
    void noneBeforeTheQuietIsOver() throws Exception {
        long last = 0;
        for (int i = 0; i < 5; i++) {
            last = System.nanoTime();
            activity();
            Thread.sleep(QUIET.toMillis() / 4);
        }
        long at = trims.poll(20, TimeUnit.SECONDS);
        assertTrue(at - last >= QUIET.toNanos(), "after " + (at - last) + " ns");
        assertEquals(0, trims.size());
    }
}
