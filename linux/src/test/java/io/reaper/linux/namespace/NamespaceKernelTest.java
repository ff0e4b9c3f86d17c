package io.reaper.linux.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.network.Loopback;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Namespaces are a thread's own: each test that changes some has a thread for it. */
@Tag("kernel")
class NamespaceKernelTest {

    private final NamespaceControl control = new NamespaceControl(Syscalls.get());
    private final List<Child> children = new ArrayList<>();

    @BeforeAll
    static void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root: namespaces");
    }

    @AfterEach
    void end() {
        for (Child child : children) {
            child.pidfd().signal(Signals.SIGKILL);
            child.pidfd().await();
            child.pidfd().close();
        }
    }

    private static <T> T inAThread(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = Thread.ofPlatform().start(task);
        thread.join();
        return task.get();
    }

    /** A process in new namespaces. */
    private Child child(int flags) {
        SpawnRequest request = SpawnRequest.of(List.of("/bin/sleep", "1000"), List.of(), List.of());
        Child child =
                Spawner.spawn(
                        new SpawnRequest(
                                request.path(),
                                request.argv(),
                                request.env(),
                                request.fds(),
                                request.directory(),
                                true,
                                flags));
        children.add(child);
        return child;
    }

    private static FileStat threads(NamespaceType type) {
        return FileStat.of(Path.of("/proc/thread-self/ns/" + type.file()));
    }

    private static FileStat of(Child child, NamespaceType type) {
        return FileStat.of(NamespaceFiles.of(child.pid(), type));
    }

    @ParameterizedTest
    @EnumSource(names = {"NETWORK", "MOUNT", "IPC", "UTS", "CGROUP"})
    void oneThatIsThereIsJoinedByItsFile(NamespaceType type) throws Exception {
        Child child = child(type.flag());
        FileStat joined =
                inAThread(
                        () -> {
                            try (Fd file =
                                    NamespaceFiles.open(NamespaceFiles.of(child.pid(), type))) {
                                control.enter(file, type);
                            }
                            return threads(type);
                        });
        assertTrue(joined.sameFile(of(child, type)));
        assertFalse(joined.sameFile(NamespaceFiles.own(type)));
    }

    @Test
    void oneOfAnotherTypeIsNotJoined() throws Exception {
        Child child = child(NamespaceType.UTS.flag());
        LinuxException e =
                inAThread(
                        () -> {
                            try (Fd file =
                                    NamespaceFiles.open(
                                            NamespaceFiles.of(child.pid(), NamespaceType.UTS))) {
                                return assertThrows(
                                        LinuxException.class,
                                        () -> control.enter(file, NamespaceType.IPC));
                            }
                        });
        assertTrue(e.is(Errno.EINVAL), e::getMessage);
    }

    @Test
    void severalAreJoinedByTheProcessThatHasThem() throws Exception {
        int flags = NamespaceType.UTS.flag() | NamespaceType.MOUNT.flag();
        Child child = child(flags);
        inAThread(
                () -> {
                    control.enter(child.pidfd().fd(), flags);
                    assertTrue(threads(NamespaceType.UTS).sameFile(of(child, NamespaceType.UTS)));
                    assertTrue(
                            threads(NamespaceType.MOUNT).sameFile(of(child, NamespaceType.MOUNT)));
                    return null;
                });
    }

    @Test
    void aNewOneIsThisThreadsAlone() throws Exception {
        FileStat made =
                inAThread(
                        () -> {
                            control.unshare(NamespaceType.UTS);
                            return threads(NamespaceType.UTS);
                        });
        assertFalse(made.sameFile(NamespaceFiles.own(NamespaceType.UTS)));
    }

    @Test
    void loopbackOfANewNetworkNamespaceIsRaised() throws Exception {
        List<String> states =
                inAThread(
                        () -> {
                            control.unshare(NamespaceType.NETWORK);
                            Path routes = Path.of("/proc/thread-self/net/fib_trie");
                            String before = Files.readString(routes);
                            new Loopback(Syscalls.get()).raise();
                            return List.of(before, Files.readString(routes));
                        });
        assertFalse(states.get(0).contains("127.0.0.1"), states.get(0));
        assertTrue(states.get(1).contains("127.0.0.1"), states.get(1));
    }

    @Test
    void aPidNamespaceBelowOursIsWithinItAndOneBesideItIsNot() {
        FileStat own = NamespaceFiles.own(NamespaceType.PID);
        Child one = child(NamespaceType.PID.flag());
        Child other = child(NamespaceType.PID.flag());
        try (Fd file = NamespaceFiles.open(NamespaceFiles.of(one.pid(), NamespaceType.PID))) {
            assertTrue(NamespaceFiles.isWithin(file, own));
            assertFalse(NamespaceFiles.isWithin(file, of(other, NamespaceType.PID)));
        }
    }

    @Test
    void aProcessIsBornInTheNamespaceItIsToldAndKnownByOurPid() {
        Child first = child(NamespaceType.PID.flag());
        try (Fd file = NamespaceFiles.open(NamespaceFiles.of(first.pid(), NamespaceType.PID))) {
            SpawnRequest request =
                    SpawnRequest.of(List.of("/bin/sleep", "1000"), List.of(), List.of());
            Child second = Spawner.spawn(request.inPidNamespace(Optional.of(file)));
            children.addFirst(second);
            assertEquals(
                    of(first, NamespaceType.PID).inode(), of(second, NamespaceType.PID).inode());
        }
        Child third = child(0);
        assertTrue(of(third, NamespaceType.PID).sameFile(NamespaceFiles.own(NamespaceType.PID)));
    }
}
