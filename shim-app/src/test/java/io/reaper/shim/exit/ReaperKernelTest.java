package io.reaper.shim.exit;

import static io.reaper.linux.seam.OpenFlags.O_RDWR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.ProcessTree;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.seam.Syscalls;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real children, adopted ones too: this VM becomes a subreaper for it. */
@Tag("kernel")
@Timeout(60)
class ReaperKernelTest {

    @TempDir private Path directory;
    private KernelEvents kernel;
    private Reaper reaper;

    @BeforeEach
    void open() throws Exception {
        new ProcessControl(Syscalls.get()).becomeSubreaper();
        kernel = KernelEvents.start(ShimLog.silent());
        reaper = new Reaper(kernel, ShimLog.silent());
        for (ChildProcess left : exit(sh("exit 0")).orphans()) {
            left.signal(9); // what other tests of this JVM have left to it
            exit(left);
        }
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private ChildProcess sh(String script) {
        try (Fd none = Fd.open(Path.of("/dev/null"), O_RDWR)) {
            return reaper.spawn(
                    SpawnRequest.of(
                            List.of("/bin/sh", "-c", script, "sh", directory.toString()),
                            List.of("PATH=/usr/bin:/bin"),
                            List.of(none, none, none)));
        }
    }

    private static Exit exit(ChildProcess child) throws Exception {
        return child.exit().get(30, TimeUnit.SECONDS);
    }

    private int pidIn(String file) throws Exception {
        return Integer.parseInt(Files.readString(directory.resolve(file)).strip());
    }

    @Test
    void codesAndSignals() throws Exception {
        assertEquals(0, exit(sh("exit 0")).status().shellStatus());
        assertEquals(7, exit(sh("exit 7")).status().shellStatus());
        assertEquals(255, exit(sh("exit 255")).status().shellStatus());
        assertEquals(137, exit(sh("kill -9 $$")).status().shellStatus());
        assertEquals(129, exit(sh("kill -1 $$")).status().shellStatus());
    }

    @Test
    void manyAtOnceEachOnce() throws Exception {
        List<ChildProcess> children = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            children.add(sh("exit " + i));
        }
        for (int i = 0; i < children.size(); i++) {
            assertEquals(i, exit(children.get(i)).status().code());
        }
    }

    @Test
    void aSignalReachesTheChildAndNobodyAfterIt() throws Exception {
        ChildProcess child = sh("exec sleep 1000");
        child.signal(15);
        assertEquals(143, exit(child).status().shellStatus());
        child.signal(9); // its pid may be another's by now
    }

    /** As a runtime's create does: the command ends, the process it made goes on as our child. */
    @Test
    void adoptsWhatACommandLeaves() throws Exception {
        Children.Hold hold = reaper.hold();
        Exit command = exit(sh("sleep 1000 & echo $! > $1/pid"));
        int pid = pidIn("pid");
        ChildProcess init = reaper.claim(pid);
        assertEquals(List.of(pid), command.orphans().stream().map(ChildProcess::pid).toList());
        assertEquals(ProcessInfo.of(pid).orElseThrow().startTime(), init.startTime());
        init.signal(9);
        assertEquals(137, exit(init).status().shellStatus());
        hold.close();
    }

    @Test
    void anExitBeforeTheClaimIsKept() throws Exception {
        Children.Hold hold = reaper.hold();
        // the command's child ends before the command, which (no shell any more) waits for none
        String child = "(while [ $(cat /proc/$$/comm) = sh ]; do sleep 0.01; done; exit 9)";
        Exit command = exit(sh(child + " & echo $! > $1/pid; exec sleep 0.5"));
        assertTrue(command.orphans().size() <= 1);
        ChildProcess init = reaper.claim(pidIn("pid"));
        assertEquals(9, exit(init).status().code());
        assertTrue(init.startTime() > 0);
        hold.close();
    }

    @Test
    void aStrangerCannotBeClaimed() {
        ShimException failure = assertThrows(ShimException.class, () -> reaper.claim(1));
        assertTrue(failure.getMessage().contains("process 1 is not a child"));
    }

    /** Double-forked, in sessions of their own, and children of children. */
    @Test
    void endsWhatAnInitLeaves() throws Exception {
        ChildProcess init =
                sh(
                        "setsid sh -c 'echo $$ > $1/a; sleep 1001 & echo $! > $1/b; wait' sh $1 &"
                                + " (setsid sleep 1002 & echo $! > $1/c);"
                                + " while [ ! -s $1/b ]; do sleep 0.05; done; exit 3");
        Exit end = exit(init);
        assertEquals(3, end.status().code());
        assertFalse(end.orphans().isEmpty());
        reaper.end(end.orphans(), orphan -> true).get(30, TimeUnit.SECONDS);
        for (String file : List.of("a", "b", "c")) {
            assertTrue(ProcessInfo.of(pidIn(file)).isEmpty(), file + " lives or is a zombie");
        }
    }

    @Test
    void killsNothingWhileACommandMayClaimIt() throws Exception {
        Children.Hold hold = reaper.hold();
        Exit command = exit(sh("sleep 1000 & echo $! > $1/pid"));
        CompletableFuture<Void> end = reaper.end(command.orphans(), orphan -> true);
        ChildProcess init = reaper.claim(pidIn("pid"));
        assertFalse(end.isDone());
        assertFalse(init.exit().isDone());
        hold.close();
        end.get(30, TimeUnit.SECONDS);
        assertFalse(init.exit().isDone(), "claimed");
        init.signal(9);
        exit(init);
    }

    @Test
    void killsWhatNobodyHasClaimedOnceTheCommandsInFlightHaveEnded() throws Exception {
        Children.Hold hold = reaper.hold();
        Exit command = exit(sh("sleep 1000 & echo $! > $1/pid"));
        ChildProcess orphan = command.orphans().getFirst();
        assertTrue(reaper.adopted().contains(orphan));
        CompletableFuture<Void> end = reaper.end(command.orphans(), any -> true);
        Children.Hold later = reaper.hold(); // its command began after the adoption
        hold.close();
        end.get(30, TimeUnit.SECONDS);
        assertEquals(137, exit(orphan).status().shellStatus());
        assertFalse(reaper.adopted().contains(orphan));
        later.close();
    }

    @Test
    void killsOnlyWhatIsTheCallers() throws Exception {
        Exit command = exit(sh("sleep 1000 & sleep 1000 & echo $! > $1/pid"));
        int mine = pidIn("pid");
        reaper.end(command.orphans(), orphan -> orphan.pid() == mine).get(30, TimeUnit.SECONDS);
        for (ChildProcess orphan : command.orphans()) {
            assertEquals(orphan.pid() == mine, orphan.exit().isDone());
            orphan.signal(9);
            exit(orphan);
        }
    }

    @Test
    void leavesNoZombie() throws Exception {
        for (int i = 0; i < 20; i++) {
            Exit end = exit(sh("(sleep 0.01 &) ; exit 0"));
            for (ChildProcess orphan : end.orphans()) {
                exit(orphan);
            }
        }
        for (int child : ProcessTree.children((int) ProcessHandle.current().pid())) {
            assertFalse(ProcessInfo.of(child).map(ProcessInfo::isZombie).orElse(false));
        }
    }
}
