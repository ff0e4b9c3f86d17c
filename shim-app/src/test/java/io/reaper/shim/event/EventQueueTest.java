package io.reaper.shim.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.events.Envelope;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.events.TaskOOM;
import io.reaper.proto.events.TaskStart;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.vertx.ShimVertx;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class EventQueueTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String WATCH = "event-socket";

    @TempDir Path directory;
    private final Vertx vertx = ShimVertx.create();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private Path socket;
    private EventQueue queue;

    @BeforeEach
    void create() {
        socket = directory.resolve("containerd.sock.ttrpc");
        queue = new EventQueue(vertx, "unix://" + socket, "ns", problems::add);
    }

    /** A watch ends with its queue, and with it its thread, which tests know by its name. */
    @AfterEach
    void close() throws Exception {
        queue.close(Deadline.after(Duration.ZERO));
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(WATCH)) {
                assertTrue(thread.join(LIMIT));
            }
        }
        FakeContainerd.await(vertx.close().toCompletionStage());
    }

    private static MessageLite start(int pid) {
        return TaskStart.newBuilder().setContainerId("c").setPid(pid).build();
    }

    private static MessageLite exit(int pid) {
        return TaskExit.newBuilder().setContainerId("c").setId("c").setPid(pid).build();
    }

    /** Everything published so far has left. */
    private void flush() {
        queue.close(Deadline.after(LIMIT));
        assertEquals(
                List.of(), problems.stream().filter(p -> p.contains("not delivered")).toList());
    }

    private static List<Integer> pids(List<Envelope> events) {
        return events.stream()
                .map(
                        event -> {
                            try {
                                return event.getTopic().equals("/tasks/exit")
                                        ? TaskExit.parseFrom(event.getEvent().getValue()).getPid()
                                        : TaskStart.parseFrom(event.getEvent().getValue()).getPid();
                            } catch (InvalidProtocolBufferException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                .toList();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void eventAsContainerdSeesIt() throws Exception {
        try (FakeContainerd containerd = FakeContainerd.start(socket)) {
            Instant before = Instant.now();
            queue.publish(Topic.EXIT, exit(7));
            flush();
            Envelope event = containerd.events.getFirst();
            assertEquals("ns", event.getNamespace());
            assertEquals("/tasks/exit", event.getTopic());
            assertEquals("containerd.events.TaskExit", event.getEvent().getTypeUrl());
            assertEquals(exit(7), TaskExit.parseFrom(event.getEvent().getValue()));
            long seconds = event.getTimestamp().getSeconds();
            assertTrue(seconds >= before.getEpochSecond());
            assertTrue(seconds <= Instant.now().getEpochSecond());
            assertEquals(
                    List.of("ns"),
                    containerd.calls.getFirst().metadata().get("containerd-namespace-ttrpc"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void typeUrlIsTheFullNameOfTheTopicsMessage(Topic topic) throws Exception {
        Class<?> message =
                Class.forName(topic.typeUrl().replace("containerd.", "io.reaper.proto."));
        Message event = (Message) message.getMethod("getDefaultInstance").invoke(null);
        assertTrue(topic.takes(event));
        assertEquals(event.getDescriptorForType().getFullName(), topic.typeUrl());
    }

    @Test
    void wrongMessageIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> queue.publish(Topic.EXIT, TaskOOM.getDefaultInstance()));
    }

    @Test
    void order() {
        try (FakeContainerd containerd = FakeContainerd.start(socket)) {
            range(0, 400).forEach(i -> queue.publish(Topic.START, start(i)));
            flush();
            assertEquals(range(0, 400), pids(containerd.events));
            assertEquals(List.of(), List.copyOf(problems));
        }
    }

    @Test
    void containerdVanishesAndReturns() throws Exception {
        FakeContainerd first = FakeContainerd.start(socket);
        range(0, 10).forEach(i -> queue.publish(Topic.START, start(i)));
        first.awaitEvents(10);
        first.close();
        range(10, 20).forEach(i -> queue.publish(Topic.START, start(i)));
        awaitWatch();
        try (FakeContainerd second = FakeContainerd.start(socket)) {
            second.awaitEvents(10);
            flush();
            assertEquals(range(0, 10), pids(first.events));
            // The tenth may have been under way when the first left.
            List<Integer> last = pids(second.events);
            assertEquals(range(10, 20), last.getFirst() == 9 ? last.subList(1, last.size()) : last);
        }
    }

    @Test
    void directoryAppearsAfterTheFirstEvent() throws Exception {
        Path late = directory.resolve("a/b/s");
        queue = new EventQueue(vertx, late.toString(), "ns", problems::add);
        queue.publish(Topic.START, start(0));
        awaitWatch();
        Files.createDirectory(directory.resolve("a"));
        Files.createDirectory(directory.resolve("a/b"));
        try (FakeContainerd containerd = FakeContainerd.start(late)) {
            containerd.awaitEvents(1);
            flush();
            assertEquals(range(0, 1), pids(containerd.events));
        }
    }

    @Test
    void deadSocketIsReplaced() throws Exception {
        try (ServerSocketChannel crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            crashed.bind(UnixDomainSocketAddress.of(socket));
        }
        queue.publish(Topic.START, start(0));
        awaitWatch();
        Files.delete(socket);
        try (FakeContainerd containerd = FakeContainerd.start(socket)) {
            containerd.awaitEvents(1);
            flush();
            assertEquals(range(0, 1), pids(containerd.events));
        }
    }

    /** Until the queue waits for containerd: its thread lives for as long. */
    private static void awaitWatch() {
        while (Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals(WATCH))) {
            Thread.onSpinWait();
        }
    }

    @Test
    void eventWhoseReplyWasLostIsSentToTheNextContainerd() throws Exception {
        try (ServerSocketChannel crashing = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            crashing.bind(UnixDomainSocketAddress.of(socket));
            range(0, 3).forEach(i -> queue.publish(Topic.START, start(i)));
            try (SocketChannel connection = crashing.accept()) {
                assertTrue(connection.read(ByteBuffer.allocate(1000)) > 10);
            }
        }
        Files.delete(socket);
        try (FakeContainerd containerd = FakeContainerd.start(socket)) {
            containerd.awaitEvents(3);
            flush();
            assertEquals(range(0, 3), pids(containerd.events));
        }
    }

    /** The word that it is worth a try comes while an earlier try still fails. */
    @Test
    void aRetryIsNotForgottenWhileAnEventIsOnItsWay() throws Exception {
        queue.publish(Topic.START, start(0));
        awaitWatch();
        try (ServerSocketChannel containerd =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            containerd.bind(UnixDomainSocketAddress.of(socket));
            queue.retry();
            try (SocketChannel failing = containerd.accept()) {
                assertTrue(failing.read(ByteBuffer.allocate(1000)) > 10);
                queue.retry();
                settle();
            }
            try (SocketChannel again = containerd.accept()) {
                assertTrue(again.read(ByteBuffer.allocate(1000)) > 10);
            }
        }
    }

    /** Until all is done that was given to the event loop before. */
    private void settle() throws InterruptedException {
        CountDownLatch heard = new CountDownLatch(1);
        vertx.getOrCreateContext().runOnContext(unused -> heard.countDown());
        heard.await();
    }

    @Test
    void refusedEventIsDroppedAndTold() throws Exception {
        try (FakeContainerd containerd =
                FakeContainerd.start(
                        socket,
                        event ->
                                pids(List.of(event)).getFirst() == 1
                                        ? Code.INVALID_ARGUMENT
                                        : Code.OK)) {
            range(0, 3).forEach(i -> queue.publish(Topic.START, start(i)));
            flush();
            assertEquals(List.of(0, 2), pids(containerd.events));
            assertEquals(
                    List.of("containerd refused a /tasks/start event: not this one"),
                    List.copyOf(problems));
        }
    }

    @Test
    void retryTriesOnceMore() throws Exception {
        CountDownLatch ready = new CountDownLatch(1);
        Semaphore attempts = new Semaphore(0);
        try (FakeContainerd containerd =
                FakeContainerd.start(
                        socket,
                        event -> {
                            attempts.release();
                            return ready.getCount() == 0 ? Code.OK : Code.UNAVAILABLE;
                        })) {
            queue.publish(Topic.START, start(0));
            attempts.acquire(2);
            assertFalse(attempts.tryAcquire(100, java.util.concurrent.TimeUnit.MILLISECONDS));
            ready.countDown();
            queue.retry();
            flush();
            assertEquals(range(0, 1), pids(containerd.events));
        }
    }

    /**
     * It answers for as long as its connections are open; its socket's path is another's already.
     */
    @Test
    void oneThatRefusesAsItEndsDoesNotHideItsSuccessor() throws Exception {
        Semaphore attempts = new Semaphore(0);
        try (FakeContainerd ending =
                FakeContainerd.start(
                        socket,
                        event -> {
                            attempts.release();
                            return Code.UNAVAILABLE;
                        })) {
            queue.publish(Topic.START, start(0));
            attempts.acquire(2);
            Files.move(socket, socket.resolveSibling("ending"));
            try (FakeContainerd successor = FakeContainerd.start(socket)) {
                successor.awaitEvents(1);
                assertEquals(range(0, 1), pids(successor.events));
            }
            assertEquals(List.of(), ending.events);
        }
    }

    @Test
    void overflowDropsTheOldestThatAreNoExits() throws Exception {
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < EventQueue.CAPACITY + 100; i++) {
            if (i % 2 == 0) {
                queue.publish(Topic.EXIT, exit(i));
            } else {
                queue.publish(Topic.START, start(i));
            }
            if (i % 2 == 0 || i >= 200) {
                expected.add(i);
            }
        }
        awaitWatch();
        try (FakeContainerd containerd = FakeContainerd.start(socket)) {
            flush();
            assertEquals(expected, pids(containerd.events));
        }
        assertTrue(
                problems.contains("100 events were dropped while containerd took none"),
                problems::toString);
    }

    @Test
    void closeGivesUpAtItsDeadline() throws Exception {
        queue.publish(Topic.START, start(0));
        queue.close(Deadline.after(Duration.ofMillis(50)));
        queue.publish(Topic.START, start(1));
        settle();
        assertTrue(problems.contains("1 events were not delivered"), problems::toString);
        assertTrue(
                problems.contains("/tasks/start event after the queue was closed: dropped"),
                problems::toString);
    }

    /** Whenever containerd goes and comes: all is seen, in order, and by none of its runs twice. */
    @Test
    void randomOutages() throws Exception {
        long seed = Long.getLong("reaper.fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        int published = 0;
        int next = 0;
        for (int round = 0; round < 20; round++) {
            published = publish(published, random.nextInt(50));
            FakeContainerd containerd = FakeContainerd.start(socket);
            published = publish(published, random.nextInt(50));
            containerd.awaitEvents(random.nextInt(published - next + 1));
            containerd.close();
            List<Integer> seen = pids(containerd.events);
            if (!seen.isEmpty()) {
                int first = seen.getFirst();
                int expected = next;
                assertTrue(
                        first == expected || first == expected - 1,
                        () -> first + " instead of " + expected + ", seed " + seed);
                next = first + seen.size();
                assertEquals(range(first, next), seen, "seed " + seed);
            }
        }
        try (FakeContainerd containerd = FakeContainerd.start(socket)) {
            flush();
            List<Integer> seen = pids(containerd.events);
            int end = seen.isEmpty() ? next : seen.getLast() + 1;
            assertEquals(published, end, "seed " + seed);
        }
    }

    private int publish(int from, int count) {
        range(from, from + count).forEach(i -> queue.publish(Topic.START, start(i)));
        return from + count;
    }

    @Test
    void addressMustBeAPath() throws IOException {
        assertThrows(TtrpcException.class, () -> new EventQueue(vertx, "", "ns", problems::add));
    }
}
