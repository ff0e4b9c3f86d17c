package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must hold however the calls and the ends of processes fall: no exit before the start, the
 * exit comes before the delete and after everything else, each is told once, and every waiter gets
 * the one exit.
 */
@Timeout(120)
class EventOrderTest {

    private static final int ROUNDS = 150;

    @TempDir private Path directory;

    @Test
    void holdsInAnyInterleaving() throws Exception {
        long seed = Long.getLong("reaper.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Fixture fixture = new Fixture(directory)) {
            for (int round = 0; round < ROUNDS; round++) {
                String what = "seed " + seed + " round " + round;
                play(fixture, "c" + round, new Random(random.nextLong()), what);
            }
        }
    }

    private static void play(Fixture fixture, String id, Random random, String what)
            throws Exception {
        fixture.events.clear();
        boolean endsInCreate = random.nextInt(6) == 0;
        boolean endsInStart = random.nextInt(3) == 0;
        boolean startFails = random.nextInt(5) == 0;
        fixture.runtime.duringCreate = init -> endIf(endsInCreate, init);
        fixture.runtime.duringStart =
                init -> {
                    endIf(endsInStart, init);
                    if (startFails) {
                        throw new ShimException(
                                ErrorCode.E_RUNTIME_FAILED,
                                ShimException.Kind.FAILED,
                                "start failed");
                    }
                };
        FakeRuntime.Init init = fixture.create(id);
        List<CompletableFuture<TaskExit>> waits = Collections.synchronizedList(new ArrayList<>());
        waits.add(fixture.tasks.exit(id));
        List<Runnable> calls = new ArrayList<>();
        calls.add(() -> fixture.tasks.start(id, Deadline.NONE));
        for (int i = random.nextInt(3); i > 0; i--) {
            calls.add(() -> fixture.tasks.start(id, Deadline.NONE));
            calls.add(() -> fixture.tasks.kill(id, 9, Target.INIT, Deadline.NONE));
            calls.add(() -> fixture.tasks.delete(id, Deadline.NONE));
            calls.add(() -> fixture.tasks.state(id));
            calls.add(() -> waits.add(fixture.tasks.exit(id)));
            calls.add(() -> fixture.tasks.processes(id));
        }
        calls.add(() -> init.end(random.nextInt(256), 0));
        Collections.shuffle(calls, random);
        AtOnce.run(calls, random);

        TaskExit exit = waits.getFirst().get(30, TimeUnit.SECONDS);
        deleteOnce(fixture, id);
        for (CompletableFuture<TaskExit> wait : waits) {
            assertEquals(exit, wait.get(30, TimeUnit.SECONDS), what);
        }
        check(fixture.events, id, exit, what);
        assertTrue(fixture.tasks.isEmpty(), what);
    }

    private static void endIf(boolean wanted, FakeRuntime.Init init) {
        if (wanted) {
            init.end(5, 0);
        }
    }

    /** One of the calls may have deleted it already. */
    private static void deleteOnce(Fixture fixture, String id) {
        try {
            fixture.tasks.delete(id, Deadline.NONE);
        } catch (ShimException e) {
            assertEquals(ShimException.Kind.NOT_FOUND, e.kind(), e.getMessage());
        }
    }

    private static void check(List<String> events, String id, TaskExit exit, String what) {
        List<String> without = new ArrayList<>(events);
        without.remove(id + " start"); // a start that failed, or never came, is not told
        String status = Integer.toString(exit.status());
        assertEquals(
                List.of(id + " create", id + " exit " + status, id + " delete " + status),
                without,
                what);
        assertTrue(!events.contains(id + " start") || events.indexOf(id + " start") == 1, what);
    }
}
