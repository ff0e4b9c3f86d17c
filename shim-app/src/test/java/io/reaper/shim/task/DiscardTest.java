package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.linux.Deadline;
import io.reaper.shim.ShimException;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void whatIsBeingMadeIsRefused() {
        fixture.runtime.duringCreate =
                init -> assertThrows(ShimException.class, this::discard, "it is creating");
        fixture.tasks.create(fixture.request("a").build(), Deadline.NONE);
        assertFalse(fixture.tasks.isEmpty());
    }
}
