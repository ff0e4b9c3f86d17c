package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static io.reaper.shim.program.Calls.kill;
import static io.reaper.shim.program.Calls.knows;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.Calls.shutdown;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static io.reaper.shim.program.ShimProgram.assertEmpty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code shim delete} of one container of a group: whose daemon lives, hangs, or is dead. */
class GroupDeleteKernelTest extends ShimKernelTest {

    private final String pod = id;
    private final String first = pod + "-1";
    private final String second = pod + "-2";

    private Path bundle(String container, String script) {
        return shim.bundle(container, script, "io.kubernetes.cri.sandbox-id", pod);
    }

    private Path bundle(String container) {
        return bundle(container, "exec sleep 1000");
    }

    /**
     * containerd has dropped one of its connections: the daemon keeps nothing of that container.
     */
    @Test
    void deleteGoesThroughADaemonThatLives() throws Exception {
        Path one = bundle(first, "setsid sleep 1000 & exec sleep 1001");
        Path two = bundle(second);
        Client client = shim.startDaemon(first, one);
        final int dropped = createAndStart(client, first, one);
        Client own = shim.startDaemon(second, two);
        final int sibling = createAndStart(own, second, two);
        client.disconnect();
        Result result = shim.delete(first, one);
        assertEquals(0, result.status(), result.stderr());
        assertEquals("", result.stderr());
        DeleteResponse end = DeleteResponse.parseFrom(result.stdout());
        assertEquals(dropped, end.getPid());
        assertEquals(137, end.getExitStatus());
        assertFalse(lives(dropped));
        Await.until(LIMIT, () -> !knows(own, first), () -> "that it is forgotten");
        assertTrue(lives(sibling) && knows(own, second));
        assertEquals(
                List.of("/tasks/create", "/tasks/start", "/tasks/create", "/tasks/start"),
                List.of(shim.nextEvent(), shim.nextEvent(), shim.nextEvent(), shim.nextEvent()));
        assertEquals("/tasks/exit 137", shim.nextEvent());
        assertEquals("/tasks/delete", shim.nextEvent());
        assertEquals(0, shim.delete(second, two).status());
        own.awaitEnd(); // it was the last
        assertFalse(lives(sibling));
        assertEmpty(shim.sockets);
        shim.awaitNoState();
    }

    @Test
    void deleteKnowsTheExitOfAContainerThatTheDaemonStillHas() throws Exception {
        Path one = bundle(first, "exit 42");
        Client client = shim.startDaemon(first, one);
        createAndStart(client, first, one);
        assertEquals(42, exit(client, first));
        client.disconnect();
        Result result = shim.delete(first, one);
        assertEquals(42, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        client.awaitEnd();
        assertEmpty(shim.sockets);
    }

    /**
     * A daemon that does not answer is gone round: delete is done within containerd's 5 s, of which
     * it gives the daemon two. A machine may stop for longer than the rest, but not each time.
     */
    @Test
    @Tag("native") // of which the JVM's start takes too much
    void deleteGoesRoundADaemonThatHangs() throws Exception {
        Duration taken = goRoundADaemonThatHangs();
        for (int more = 4; more > 0 && taken.toSeconds() >= 5; more--) {
            taken = goRoundADaemonThatHangs();
        }
        assertTrue(taken.toSeconds() < 5, taken::toString);
    }

    private Duration goRoundADaemonThatHangs() throws Exception {
        Path one = bundle(first);
        Client client = shim.startDaemon(first, one);
        int pid = createAndStart(client, first, one);
        client.disconnect();
        signal(client.pid, "STOP");
        long begin = System.nanoTime();
        Result result = shim.delete(first, one);
        Duration taken = Duration.ofNanos(System.nanoTime() - begin);
        assertEquals(0, result.status(), result.stderr());
        assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
        Await.until(LIMIT, () -> !lives(pid), () -> "init's end");
        client.killDaemon();
        return taken;
    }

    private static void signal(long pid, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertEquals(0, kill.waitFor());
    }

    /** The dead daemon's containers are delete's alone; the new one knows nothing of them. */
    @Test
    void aNewDaemonDoesNotTouchTheDeadOnesContainers() throws Exception {
        Path one = bundle(first);
        Path two = bundle(second);
        Client dead = shim.startDaemon(first, one);
        final int orphan = createAndStart(dead, first, one);
        dead.killDaemon();
        Client fresh = shim.startDaemon(second, two);
        assertEquals(dead.address, fresh.address);
        assertNotEquals(dead.pid, fresh.pid);
        assertFalse(knows(fresh, first));
        int pid = createAndStart(fresh, second, two);
        assertTrue(lives(orphan));
        Result result = shim.delete(first, one);
        assertEquals(0, result.status(), result.stderr());
        DeleteResponse end = DeleteResponse.parseFrom(result.stdout());
        assertEquals(orphan, end.getPid());
        assertEquals(137, end.getExitStatus());
        assertFalse(lives(orphan));
        assertTrue(lives(pid) && fresh.lives() && knows(fresh, second));
    }

    /** containerd has given up a start, and says so by delete: nothing keeps the daemon. */
    @Test
    void whoIsGivenUpIsNotWaitedFor() throws Exception {
        Path one = bundle(first);
        Path two = bundle(second);
        Client client = shim.startDaemon(first, one);
        createAndStart(client, first, one);
        shim.run(two, shim.bootstrap(second), shim.start(second));
        kill(client, first);
        delete(client, first);
        shutdown(client, first);
        client.disconnect();
        Result result = shim.delete(second, two);
        assertEquals(0, result.status(), result.stderr());
        client.awaitEnd();
        assertEmpty(shim.sockets);
    }
}
