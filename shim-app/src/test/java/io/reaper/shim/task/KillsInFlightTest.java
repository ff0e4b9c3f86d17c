package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.runtime.OciRuntime.Target;
import io.reaper.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class KillsInFlightTest {

    @TempDir private Path directory;

    /** The process is gone before the command that has killed it. */
    @Test
    void deleteIsAnsweredAfterTheKill() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (Fixture fixture = new Fixture(directory)) {
            fixture.createAndStart("a");
            List<String> commands = fixture.runtime.commands;
            fixture.runtime.afterKill =
                    init -> {
                        await(release);
                        commands.add("kill has ended");
                    };
            CompletableFuture<Void> kill =
                    CompletableFuture.runAsync(
                            () ->
                                    fixture.tasks.kill(
                                            "a", Signals.SIGKILL, Target.INIT, Deadline.NONE),
                            Thread::startVirtualThread);
            assertEquals(137, fixture.tasks.exit("a").get(30, TimeUnit.SECONDS).status());
            Task task = fixture.tasks.find("a");
            CompletableFuture<TaskExit> delete =
                    CompletableFuture.supplyAsync(
                            () -> fixture.tasks.delete("a", Deadline.NONE),
                            Thread::startVirtualThread);
            Await.until(
                    Duration.ofSeconds(30),
                    () -> task.status() instanceof TaskStatus.Deleting,
                    () -> "Delete has begun: " + task.status());
            assertFalse(commands.contains("delete a"));
            assertFalse(delete.isDone() || kill.isDone());
            release.countDown();
            assertEquals(137, delete.get(30, TimeUnit.SECONDS).status());
            kill.get(30, TimeUnit.SECONDS);
            assertEquals(
                    List.of("kill has ended", "delete a"),
                    commands.subList(commands.size() - 2, commands.size()));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
