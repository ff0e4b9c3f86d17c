package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must hold for execs however the calls and the ends of processes fall: added, started, exit
 * in this order and once each, an exit for each that was started, init's exit after all of them, no
 * process left at that time, and every waiter answered.
 */
@Timeout(120)
class ExecOrderTest {

    private static final int ROUNDS = 150;
    private static final int EXECS = 4;

    @TempDir private Path directory;

    @Test
    void holdsInAnyInterleaving() throws Exception {
        long seed = Long.getLong("reaper.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Fixture fixture = new Fixture(directory)) {
            for (int round = 0; round < ROUNDS; round++) {
                String what = "seed " + seed + " round " + round;
                new Round(fixture, "c" + round, new Random(random.nextLong()), what).play();
            }
        }
    }

    private static final class Round {
        private final Fixture fixture;
        private final String id;
        private final Random random;
        private final String what;
        private final FakeRuntime.Init init;
        private final Execs execs;
        private final Task task;
        private final List<CompletableFuture<TaskExit>> waits =
                Collections.synchronizedList(new ArrayList<>());

        Round(Fixture fixture, String id, Random random, String what) {
            this.fixture = fixture;
            this.id = id;
            this.random = random;
            this.what = what;
            fixture.events.clear();
            fixture.runtime.execs.clear();
            this.init = fixture.createAndStart(id);
            this.execs = fixture.tasks.execs();
            this.task = fixture.tasks.find(id);
        }

        void play() throws Exception {
            int mishap = random.nextInt(6);
            fixture.runtime.duringExec = exec -> befall(mishap, exec);
            List<Runnable> calls = new ArrayList<>();
            for (int i = 0; i < EXECS; i++) {
                String exec = "e" + i;
                calls.add(() -> fixture.addExec(id, exec));
                calls.add(() -> fixture.runExec(id, exec));
                for (int more = random.nextInt(6); more > 0; more--) {
                    calls.add(anyCall(exec));
                }
            }
            if (random.nextBoolean()) {
                calls.add(() -> fixture.tasks.kill(id, 9, Target.ALL, Deadline.NONE));
            }
            calls.add(() -> init.end(random.nextInt(256), 0));
            Collections.shuffle(calls, random);
            AtOnce.run(calls, random);

            fixture.tasks.exit(id).get(30, TimeUnit.SECONDS);
            List<String> events = List.copyOf(fixture.events);
            assertTrue(
                    fixture.runtime.execs.values().stream().noneMatch(FakeRuntime.Init::lives),
                    what);
            check(events);
            fixture.tasks.delete(id, Deadline.NONE);
            for (CompletableFuture<TaskExit> wait : waits) {
                answered(wait);
            }
        }

        private void befall(int mishap, FakeRuntime.Init exec) {
            switch (mishap) {
                case 0 -> exec.end(5, 0);
                case 1 ->
                        throw new ShimException(
                                ErrorCode.E_RUNTIME_FAILED,
                                ShimException.Kind.FAILED,
                                "exec failed");
                case 2 -> init.end(6, 0);
                case 3 -> awaitInit();
                default -> {}
            }
            if (mishap == 1 || mishap == 2) {
                fixture.runtime.duringExec = later -> {};
            }
        }

        /** The command is in flight while init ends, if that comes soon. */
        private void awaitInit() {
            init.exit()
                    .copy()
                    .completeOnTimeout(null, 20, TimeUnit.MILLISECONDS)
                    .thenRunAsync(() -> {}, Thread::startVirtualThread)
                    .join();
        }

        private Runnable anyCall(String exec) {
            int signal = random.nextInt(65);
            return switch (random.nextInt(9)) {
                case 0 -> () -> fixture.startExec(id, exec);
                case 1 -> () -> execs.kill(task, exec, signal);
                case 2 -> () -> execs.delete(task, exec, Deadline.NONE);
                case 3 -> () -> execs.closeStdin(task, exec);
                case 4 -> () -> execs.resize(task, exec, new WindowSize(signal, 1));
                case 5 -> () -> execs.state(task, exec);
                case 6 -> () -> waits.add(execs.exit(task, exec));
                case 7 -> () -> fixture.tasks.processes(id);
                default -> () -> end(exec);
            };
        }

        private void end(String exec) {
            FakeRuntime.Init process = fixture.runtime.execs.get(id + "/" + exec);
            if (process != null) {
                process.end(3, 0);
            }
        }

        /** An id may have been deleted and used again. */
        private void check(List<String> events) {
            assertTrue(events.getLast().startsWith(id + " exit "), () -> what + ": " + events);
            for (int i = 0; i < EXECS; i++) {
                String exec = id + "/e" + i + " ";
                String lives = "";
                for (String event : events) {
                    if (event.startsWith(exec)) {
                        lives += event.charAt(exec.length());
                    }
                }
                // a: added, s: started, e: exit
                String told = lives;
                assertTrue(told.matches("(a|ase)*"), () -> what + ": " + told + " in " + events);
            }
            assertEquals(1, events.stream().filter(e -> e.startsWith(id + " exit")).count(), what);
        }

        private void answered(CompletableFuture<TaskExit> wait) throws Exception {
            try {
                assertTrue(wait.get(30, TimeUnit.SECONDS).status() >= 0, what);
            } catch (ExecutionException e) {
                ShimException gone = (ShimException) e.getCause();
                assertEquals(ShimException.Kind.NOT_FOUND, gone.kind(), what);
            }
        }
    }
}
