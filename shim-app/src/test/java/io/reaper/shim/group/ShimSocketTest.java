package io.reaper.shim.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.shim.error.ShimException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShimSocketTest {

    @TempDir private Path directory;

    @Test
    void isNamedAsContainerdsOwnShimsNameTheirs() {
        ShimSocket socket =
                ShimSocket.of(
                        ShimSocket.DEFAULT_DIRECTORY,
                        "/run/containerd/containerd.sock",
                        "k8s.io",
                        "abc");
        String name = socket.path().getFileName().toString();
        assertEquals(64, name.length());
        assertTrue(name.startsWith("a99a1752") && name.endsWith("b72"), name);
        assertEquals("unix:///run/containerd/s/" + name, socket.address());
    }

    @ParameterizedTest
    @CsvSource({
        "/run/c.sock, n, a, /run/c.sock/n/a",
        "/run//c.sock/, n, a, /run/c.sock/n/a",
        "/run/./c.sock, n, a, /run/c.sock/n/a",
        "/run/../c.sock, n, a, /c.sock/n/a",
        "/../c.sock, n, a, /c.sock/n/a",
        "c.sock, n, .., c.sock",
        "'', n, a, n/a"
    })
    void joinsAsGoDoes(String address, String namespace, String group, String joined) {
        assertEquals(joined, ShimSocket.join(address, namespace, group));
    }

    @Test
    void refusesAPathTooLongForASocket() {
        Path deep = Path.of("/" + "d".repeat(60));
        ShimException refusal =
                assertThrows(ShimException.class, () -> ShimSocket.of(deep, "/c", "n", "a"));
        assertTrue(refusal.getMessage().contains("106"), refusal.getMessage());
    }

    @Test
    void isFoundByTheBundlesAddressFile() throws Exception {
        assertTrue(ShimSocket.ofBundle(directory).isEmpty());
        Files.writeString(directory.resolve("address"), "unix:///run/x/y");
        assertEquals(Path.of("/run/x/y"), ShimSocket.ofBundle(directory).orElseThrow().path());
    }

    /** Also when each holder removes the file that the others wait for. */
    @Test
    void oneHolderAtATime() throws Exception {
        ShimSocket socket = new ShimSocket(directory.resolve("s"));
        AtomicInteger holders = new AtomicInteger();
        int threads = 4;
        CountDownLatch ready = new CountDownLatch(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            Future<?>[] all = new Future<?>[threads];
            for (int t = 0; t < threads; t++) {
                all[t] =
                        pool.submit(
                                () -> {
                                    ready.countDown();
                                    for (int i = 0; i < 200; i++) {
                                        hold(socket, holders);
                                    }
                                });
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        assertFalse(Files.exists(directory.resolve("s.lock")));
    }

    @Test
    void sweepsLocksOfStartsThatWereKilled() throws Exception {
        ShimSocket own = new ShimSocket(directory.resolve("own"));
        ShimSocket held = new ShimSocket(directory.resolve("held"));
        Files.createFile(directory.resolve("orphan.lock"));
        Files.createFile(directory.resolve("served.lock"));
        Files.createFile(directory.resolve("served"));
        Files.createFile(directory.resolve("no-lock"));
        try (ShimSocket.Lock lock = held.lock()) {
            own.sweep();
            assertTrue(Files.notExists(directory.resolve("orphan.lock")));
            lock.removeAll();
        }
        for (String name : new String[] {"served.lock", "served", "no-lock"}) {
            assertTrue(Files.exists(directory.resolve(name)), name);
        }
        new ShimSocket(directory.resolve("none/own")).sweep(); // no directory is no matter
    }

    /** Also when locks are swept that others are about to take. */
    @Test
    void oneHolderAtATimeWhileLocksAreSwept() throws Exception {
        ShimSocket socket = new ShimSocket(directory.resolve("s"));
        AtomicInteger holders = new AtomicInteger();
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            Future<?> first = pool.submit(() -> repeat(() -> holdAndLeave(socket, holders)));
            Future<?> second = pool.submit(() -> repeat(() -> holdAndLeave(socket, holders)));
            pool.submit(() -> repeat(socket::sweep)).get(30, TimeUnit.SECONDS);
            first.get(30, TimeUnit.SECONDS);
            second.get(30, TimeUnit.SECONDS);
        }
    }

    private static void repeat(Runnable step) {
        for (int i = 0; i < 300; i++) {
            step.run();
        }
    }

    private static void holdAndLeave(ShimSocket socket, AtomicInteger holders) {
        try (ShimSocket.Lock lock = socket.lock()) {
            assertEquals(1, holders.incrementAndGet());
            assertEquals(0, holders.decrementAndGet());
            lock.removeSocket(); // and leave the lock, as a start does that was killed
        }
    }

    private static void hold(ShimSocket socket, AtomicInteger holders) {
        try (ShimSocket.Lock lock = socket.lock()) {
            assertEquals(1, holders.incrementAndGet());
            assertEquals(0, holders.decrementAndGet());
            lock.removeAll(); // from here on another may hold a new file
        }
    }
}
