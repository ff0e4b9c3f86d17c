package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.error.ShimException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container that containerd has given up, at each of its stages. */
@Timeout(60)
class DiscardTest {

    private static final ContainerId A = ContainerId.of("a");

    @TempDir private Path directory;
    private Fixture fixture;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void discard() {
        fixture.tasks.discard(A, fixture.bundle("a").toString());
    }

    @Test
    void whatRunsIsKilledAndRemoved() {
        fixture.createAndStart("a");
        FakeRuntime.Init sibling = fixture.createAndStart("b");
        discard();
        assertTrue(fixture.runtime.commands.contains("kill a 9 ALL"), commands());
        assertTrue(fixture.events.containsAll(List.of("a exit 137", "a delete 137")));
        assertThrows(ShimException.class, () -> fixture.tasks.find("a"));
        assertFalse(fixture.tasks.exit("b").isDone());
        assertFalse(sibling.exit().isDone());
        assertTrue(ShimRecord.read(fixture.bundle("a")).orElseThrow().removed());
    }

    private String commands() {
        return fixture.runtime.commands.toString();
    }

    @Test
    void whatWasNotStartedToo() {
        fixture.create("a");
        discard();
        assertTrue(fixture.tasks.isEmpty());
    }

    @Test
    void whatHasEndedKeepsItsStatus() throws Exception {
        FakeRuntime.Init init = fixture.createAndStart("a");
        init.end(42, 0);
        fixture.tasks.exit("a").get(30, TimeUnit.SECONDS);
        discard();
        assertFalse(commands().contains("kill a 9"), commands());
        assertTrue(fixture.events.contains("a delete 42"));
        assertTrue(fixture.tasks.isEmpty());
    }

    @Test
    void anotherBundlesContainerIsLeftAlone() {
        fixture.createAndStart("a");
        fixture.tasks.discard(A, fixture.bundle("other").toString());
        fixture.tasks.discard(ContainerId.of("nobody"), fixture.bundle("nobody").toString());
        assertFalse(fixture.tasks.exit("a").isDone());
        assertEquals(List.of("create a", "start a"), fixture.runtime.commands);
    }

    /** The command that makes it is told to end. */
    @Test
    void whatIsBeingMadeIsNotMade() throws Exception {
        CompletableFuture<CompletableFuture<Void>> discarded = new CompletableFuture<>();
        fixture.createAndStart("b");
        fixture.runtime.duringCreate =
                init -> {
                    discarded.complete(CompletableFuture.runAsync(this::discard));
                    fixture.runtime.creations.get("a").givenUp().join();
                    throw new ShimException(
                            ErrorCode.E_RUNTIME_FAILED,
                            ShimException.Kind.DEADLINE_EXCEEDED,
                            "killed");
                };
        assertNotMade("killed");
        discarded.get().get(30, TimeUnit.SECONDS);
        assertFalse(fixture.tasks.exit("b").isDone());
    }

    /** The command has ended before it heard of it. */
    @Test
    void whatHasJustBeenMadeIsUndone() throws Exception {
        CompletableFuture<CompletableFuture<Void>> discarded = new CompletableFuture<>();
        fixture.runtime.duringCreate =
                init -> {
                    discarded.complete(CompletableFuture.runAsync(this::discard));
                    fixture.runtime.creations.get("a").givenUp().join();
                };
        assertNotMade("came too late; it was removed again");
        discarded.get().get(30, TimeUnit.SECONDS);
        assertTrue(fixture.tasks.isEmpty());
    }

    private void assertNotMade(String reason) {
        ShimException refusal =
                assertThrows(
                        ShimException.class,
                        () -> fixture.tasks.create(fixture.request("a").build(), Deadline.NONE));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
        assertThrows(ShimException.class, () -> fixture.tasks.find("a"));
        assertFalse(fixture.runtime.containers.containsKey("a"));
        assertFalse(fixture.events.toString().contains("a create"));
    }

    /** containerd is told that it is gone, so nothing of it may keep the daemon. */
    @Test
    void withoutARuntimeItIsKilledAndForgotten() {
        FakeRuntime.Init init = fixture.createAndStart("a");
        fixture.runtime.missing = true;
        discard();
        assertFalse(init.lives());
        assertTrue(fixture.events.containsAll(List.of("a exit 137", "a delete 137")));
        assertTrue(fixture.tasks.isEmpty());
        assertFalse(
                ShimRecord.read(fixture.bundle("a")).orElseThrow().removed(),
                "the runtime has its state yet");
    }
}
