package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.shim.error.ShimException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Calls of many clients at the same moment. */
final class AtOnce {

    private AtOnce() {}

    /** Each on a thread of its own; refusals are what a client may get, anything else fails. */
    static void run(List<Runnable> calls, Random random) throws Exception {
        CountDownLatch ready = new CountDownLatch(calls.size());
        List<Future<?>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Runnable call : calls) {
                int spins = random.nextInt(200);
                results.add(pool.submit(() -> call(call, ready, spins)));
            }
        }
        for (Future<?> result : results) {
            result.get();
        }
    }

    private static void call(Runnable call, CountDownLatch ready, int spins) {
        ready.countDown();
        try {
            ready.await();
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            call.run();
        } catch (ShimException refused) {
            assertTrue(refused.getMessage().length() > 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
