package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.reaper.shim.runtime.RuntimeState;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedStateTest {

    private final AtomicInteger commands = new AtomicInteger();
    private final CompletableFuture<RuntimeState> answer = new CompletableFuture<>();
    private final SharedState shared = new SharedState();

    private RuntimeState command() {
        commands.incrementAndGet();
        return answer.join();
    }

    @Test
    void whoAsksAtOnceSharesOneCommand() throws Exception {
        TaskStatus stage = new TaskStatus.Running(1, 0);
        List<CompletableFuture<RuntimeState>> all =
                List.of(
                        shared.ask(stage, this::command),
                        shared.ask(stage, this::command),
                        shared.ask(stage, this::command));
        RuntimeState state = new RuntimeState("running", 1, Path.of("/b"));
        answer.complete(state);
        for (CompletableFuture<RuntimeState> each : all) {
            assertEquals(state, each.get(30, TimeUnit.SECONDS));
        }
        assertEquals(1, commands.get());
        shared.ask(stage, this::command).get(30, TimeUnit.SECONDS);
        assertEquals(2, commands.get(), "an answer is not kept");
    }

    @Test
    void anotherStageAsksAnew() throws Exception {
        CompletableFuture<RuntimeState> old = shared.ask(new TaskStatus.Created(1), this::command);
        CompletableFuture<RuntimeState> now =
                shared.ask(new TaskStatus.Running(1, 0), this::command);
        answer.complete(new RuntimeState("running", 1, Path.of("/b")));
        old.get(30, TimeUnit.SECONDS);
        now.get(30, TimeUnit.SECONDS);
        assertEquals(2, commands.get());
    }

    @Test
    void oneWhoGivesUpDoesNotSpoilItForOthers() throws Exception {
        TaskStatus stage = new TaskStatus.Running(1, 0);
        CompletableFuture<RuntimeState> impatient = shared.ask(stage, this::command);
        CompletableFuture<RuntimeState> patient = shared.ask(stage, this::command);
        impatient.cancel(true);
        assertFalse(patient.isDone());
        answer.complete(new RuntimeState("running", 1, Path.of("/b")));
        assertEquals("running", patient.get(30, TimeUnit.SECONDS).status());
    }
}
