package io.reaper.shim.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.Deadline;
import io.reaper.proto.types.Status;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** containerd asks for the state after each Start: the start itself has just told it. */
class FreshStartTest {

    @TempDir private Path directory;

    @Test
    void theStateAfterAStartRunsNoCommand() throws Exception {
        assertEquals(0, stateCommands(Duration.ofMinutes(1)));
    }

    @Test
    void aLaterOneAsksTheRuntime() throws Exception {
        assertEquals(1, stateCommands(Duration.ZERO));
    }

    private long stateCommands(Duration startIsFresh) throws Exception {
        try (Fixture fixture = new Fixture(directory, startIsFresh)) {
            fixture.createAndStart("a");
            assertEquals(Status.RUNNING, fixture.tasks.state("a", Deadline.NONE).status());
            return fixture.runtime.commands.stream().filter(c -> c.startsWith("state")).count();
        }
    }
}
