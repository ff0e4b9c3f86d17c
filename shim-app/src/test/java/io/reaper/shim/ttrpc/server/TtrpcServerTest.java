package io.reaper.shim.ttrpc.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.wire.RawPeer;
import io.reaper.shim.ttrpc.wire.RawPeer.RawFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TtrpcServerTest {
    private static final MessageLite NOTHING = ConnectResponse.getDefaultInstance();

    private static Function<Call, CompletionStage<? extends MessageLite>> methods(
            Function<Call, MessageLite> method) {
        return call -> CompletableFuture.completedStage(method.apply(call));
    }

    private static MessageLite text(String text) {
        return ConnectResponse.newBuilder().setVersion(text).build();
    }

    private static String text(RawFrame frame) throws IOException {
        return ConnectResponse.parseFrom(frame.response().getPayload()).getVersion();
    }

    @Test
    void bothNamesOnOneConnection() throws Exception {
        try (TestServer server = TestServer.start(methods(call -> text(call.service())));
                RawPeer peer = RawPeer.connect(server.socket)) {
            peer.call(1, "test.Service", "Name", NOTHING);
            assertEquals("test.Service", text(peer.receive()));
            peer.call(3, "test.v2.Service", "Name", NOTHING);
            assertEquals("test.v2.Service", text(peer.receive()));
        }
    }

    @Test
    void socketIsForItsOwnerAndGoneAfterClose() throws Exception {
        TestServer server = TestServer.start();
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket)));
        TestServer.await(server.server.close());
        assertFalse(Files.exists(server.socket));
        server.close();
    }

    @Test
    void pathThatCannotBeBoundFails() throws Exception {
        try (TestServer server = TestServer.start();
                TestServer other = TestServer.start()) {
            for (Path path :
                    List.of(
                            server.socket,
                            Path.of("/nowhere/at/all"),
                            server.directory.resolve("x".repeat(108)))) {
                CompletionStage<Void> listening =
                        new TtrpcServer(other.vertx, List.of(), other.problems::add).listen(path);
                assertThrows(CompletionException.class, () -> TestServer.await(listening));
            }
            assertTrue(server.answers());
        }
    }

    @Test
    void payloadMetadataAndDeadlineReachTheService() throws Exception {
        CompletableFuture<Call> seen = new CompletableFuture<>();
        try (TestServer server =
                        TestServer.start(
                                methods(
                                        call -> {
                                            seen.complete(call);
                                            return NOTHING;
                                        }));
                RawPeer peer = RawPeer.connect(server.socket)) {
            peer.send(
                    RawPeer.frame(
                            1,
                            1,
                            0,
                            io.reaper.proto.ttrpc.Request.newBuilder()
                                    .setService(TestServer.SERVICE)
                                    .setMethod("M")
                                    .setPayload(ByteString.copyFromUtf8("p"))
                                    .setTimeoutNano(TimeUnit.SECONDS.toNanos(60))
                                    .addMetadata(entry("k", "1"))
                                    .addMetadata(entry("k", "2"))
                                    .addMetadata(entry("l", "3"))
                                    .build()
                                    .toByteArray()));
            assertEquals(0, peer.receive().code());
            Call call = seen.get();
            assertEquals("p", call.payload().toStringUtf8());
            assertEquals(List.of("1", "2"), call.metadata().get("k"));
            assertEquals(List.of("3"), call.metadata().get("l"));
            int left = call.deadline().remainingMillis();
            assertTrue(left > 30_000 && left <= 60_000, () -> "left: " + left);
        }
    }

    private static io.reaper.proto.ttrpc.KeyValue entry(String key, String value) {
        return io.reaper.proto.ttrpc.KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    @Test
    void unknownServiceAndMethodAreNamed() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            peer.call(1, "containerd.task.v9.Task", "Create", NOTHING);
            RawFrame service = peer.receive();
            assertEquals(Code.UNIMPLEMENTED.value(), service.code());
            assertEquals(
                    "service containerd.task.v9.Task is not implemented",
                    service.response().getStatus().getMessage());
            peer.call(3, TestServer.SERVICE, "Fly", NOTHING);
            RawFrame method = peer.receive();
            assertEquals(Code.UNIMPLEMENTED.value(), method.code());
            assertEquals(
                    "method Fly of test.Service is not implemented",
                    method.response().getStatus().getMessage());
            peer.call(5, "x".repeat(3 << 20), "Fly", NOTHING);
            assertEquals(Code.UNIMPLEMENTED.value(), peer.receive().code());
        }
    }

    @Test
    void failuresOfServices() throws Exception {
        Function<Call, CompletionStage<? extends MessageLite>> method =
                call ->
                        switch (call.method()) {
                            case "Thrown" ->
                                    throw new TtrpcException(
                                            ErrorCode.E_CONTAINER_NOT_FOUND,
                                            Code.NOT_FOUND,
                                            "no c1");
                            case "Staged" ->
                                    CompletableFuture.supplyAsync(
                                            () -> {
                                                throw new TtrpcException(
                                                        ErrorCode.E_CALL_REFUSED,
                                                        Code.ALREADY_EXISTS,
                                                        "c1 is there");
                                            });
                            case "Bug" -> throw new IllegalStateException("broken");
                            case "Mute" -> throw new IllegalStateException();
                            case "Null" -> null;
                            case "NullStage" -> CompletableFuture.completedStage(null);
                            case "Error" -> throw new StackOverflowError();
                            case "Huge" ->
                                    CompletableFuture.completedStage(text("x".repeat(5 << 20)));
                            default -> CompletableFuture.completedStage(text("fine"));
                        };
        try (TestServer server = TestServer.start(method);
                RawPeer peer = RawPeer.connect(server.socket)) {
            int streamId = -1;
            for (var expected :
                    List.of(
                            List.of("Thrown", "5 no c1"),
                            List.of("Staged", "6 c1 is there"),
                            List.of("Bug", "2 …: something is out of its order (broken)"),
                            List.of("Mute", "2 …: something is out of its order"),
                            List.of(
                                    "Null",
                                    "2 …: something is out of its order (service returned no"
                                            + " answer)"),
                            List.of("NullStage", "13 service answered with no message"),
                            List.of("Error", "2 …: the stack is exhausted"),
                            List.of("Fine", "0 "))) {
                streamId += 2;
                peer.call(streamId, TestServer.SERVICE, expected.get(0), NOTHING);
                RawFrame frame = peer.receive();
                assertEquals(streamId, frame.streamId());
                String answer = frame.code() + " " + frame.response().getStatus().getMessage();
                assertEquals(
                        expected.get(1),
                        answer.replaceFirst("internal error in [a-z ]+, line \\d+", "…"));
            }
            peer.call(streamId + 2, TestServer.SERVICE, "Huge", NOTHING);
            assertEquals(Code.RESOURCE_EXHAUSTED.value(), peer.receive().code());
            assertEquals(4, server.problems.size(), () -> "problems: " + server.problems);
        }
    }

    @Test
    void streamIdsMustBeOddAndRise() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            for (int[] idAndCode :
                    new int[][] {
                        {0, 3},
                        {2, 3},
                        {1, 0},
                        {1, 3},
                        {9, 0},
                        {7, 3},
                        {9, 3},
                        {-2, 3},
                        {0x7fffffff, 0},
                        {0x80000001, 0},
                        {11, 3},
                        {-1, 0},
                        {-1, 3},
                        {1, 3}
                    }) {
                peer.call(idAndCode[0], TestServer.SERVICE, "Connect", NOTHING);
                RawFrame frame = peer.receive();
                assertEquals(idAndCode[0], frame.streamId());
                assertEquals(idAndCode[1], frame.code(), () -> Arrays.toString(idAndCode));
            }
        }
    }

    @Test
    void framesThatAreNoRequest() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            peer.send(RawPeer.frame(1, 3, 0, new byte[] {1}));
            assertEquals(Code.INVALID_ARGUMENT.value(), peer.receive().code());
            peer.send(RawPeer.frame(4, 0, 0, new byte[3]));
            peer.send(RawPeer.frame(5, 2, 0, new byte[3]));
            peer.send(RawPeer.frame(7, 77, 255, new byte[3]));
            peer.send(RawPeer.frame(9, 1, 0, new byte[] {(byte) 0xff}));
            RawFrame garbage = peer.receive();
            assertEquals(9, garbage.streamId());
            assertEquals(Code.INVALID_ARGUMENT.value(), garbage.code());
            peer.call(11, TestServer.SERVICE, "Connect", NOTHING);
            assertEquals(11, peer.receive().streamId());
        }
    }

    @Test
    void oversizedFrameIsAnsweredAndTheConnectionKept() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            peer.send(RawPeer.frame(1, 1, 0, new byte[(4 << 20) + 1]));
            RawFrame frame = peer.receive();
            assertEquals(1, frame.streamId());
            assertEquals(Code.RESOURCE_EXHAUSTED.value(), frame.code());
            peer.call(3, TestServer.SERVICE, "Connect", NOTHING);
            assertEquals(0, peer.receive().code());
        }
    }

    @Test
    void impossibleLengthClosesTheConnection() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            peer.send(RawPeer.frame(0x01000000, 1, 1, 0, new byte[0]));
            assertTrue(peer.atEnd());
            assertTrue(server.answers());
        }
    }

    @Test
    void hundredWaitsBlockNobodyAndEndInAnyOrder() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            for (int i = 0; i < 100; i++) {
                peer.call(2 * i + 1, TestServer.SERVICE, "Wait", NOTHING);
            }
            peer.call(201, TestServer.SERVICE, "Connect", NOTHING);
            assertEquals(201, peer.receive().streamId());
            List<CompletableFuture<MessageLite>> waits = new ArrayList<>();
            while (waits.size() < 100) {
                waits.add(server.waits.take());
            }
            Collections.reverse(waits);
            Set<Integer> statuses = new HashSet<>();
            Set<Integer> streams = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                waits.get(i).complete(TestServer.exited(i));
                RawFrame frame = peer.receive();
                streams.add(frame.streamId());
                statuses.add(WaitResponse.parseFrom(frame.response().getPayload()).getExitStatus());
            }
            assertEquals(100, statuses.size());
            assertEquals(100, streams.size());
        }
    }

    @Test
    void callsThatBlockTheirThreadBlockNoOther() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server =
                        TestServer.start(
                                methods(
                                        call -> {
                                            await(go);
                                            return NOTHING;
                                        }));
                RawPeer peer = RawPeer.connect(server.socket)) {
            for (int i = 0; i < 100; i++) {
                peer.call(2 * i + 1, TestServer.SERVICE, "Block", NOTHING);
            }
            peer.call(201, TestServer.SERVICE, "Connect", NOTHING);
            assertEquals(201, peer.receive().streamId());
            go.countDown();
            for (int i = 0; i < 100; i++) {
                assertEquals(0, peer.receive().code());
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void deadlineIsAnsweredOnceAndInTime() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            long start = System.nanoTime();
            peer.send(request(1, TimeUnit.MILLISECONDS.toNanos(50)));
            RawFrame frame = peer.receive();
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertEquals(Code.DEADLINE_EXCEEDED.value(), frame.code());
            assertTrue(millis >= 50, () -> "after " + millis + " ms");
            server.waits.take().complete(TestServer.exited(0));
            peer.send(request(3, -1));
            assertEquals(Code.DEADLINE_EXCEEDED.value(), peer.receive().code());
            peer.send(request(5, 1));
            assertEquals(Code.DEADLINE_EXCEEDED.value(), peer.receive().code());
            peer.send(request(7, Long.MAX_VALUE));
            peer.call(9, TestServer.SERVICE, "Connect", NOTHING);
            assertEquals(9, peer.receive().streamId());
        }
    }

    private static byte[] request(int streamId, long timeoutNano) {
        return RawPeer.request(streamId, TestServer.SERVICE, "Wait", ByteString.EMPTY, timeoutNano);
    }

    @Test
    void clientThatLeavesCancelsNothing() throws Exception {
        try (TestServer server = TestServer.start()) {
            Semaphore connected = new Semaphore(0);
            server.server.onConnection(connected::release);
            RawPeer peer = RawPeer.connect(server.socket);
            peer.call(1, TestServer.SERVICE, "Wait", NOTHING);
            peer.call(3, TestServer.SERVICE, "Connect", NOTHING);
            peer.receive();
            peer.close();
            CompletableFuture<MessageLite> wait = server.waits.take();
            assertTrue(server.answers());
            assertFalse(wait.isDone());
            wait.complete(TestServer.exited(0));
            assertTrue(server.answers());
            assertTrue(connected.availablePermits() >= 2);
        }
    }

    @Test
    void framesOfConcurrentAnswersDoNotMix() throws Exception {
        int calls = 300;
        try (TestServer server =
                        TestServer.start(
                                methods(
                                        call -> {
                                            String request = call.payload().toStringUtf8();
                                            int length = Integer.parseInt(request) % 97 * 1000;
                                            return text(request + "x".repeat(length));
                                        }));
                RawPeer peer = RawPeer.connect(server.socket)) {
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 0; i < calls; i++) {
                                                peer.send(
                                                        RawPeer.request(
                                                                2 * i + 1,
                                                                TestServer.SERVICE,
                                                                "Echo",
                                                                ByteString.copyFromUtf8("" + i),
                                                                0));
                                            }
                                        } catch (IOException e) {
                                            throw new IllegalStateException(e);
                                        }
                                    });
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < calls; i++) {
                RawFrame frame = peer.receive();
                int call = (frame.streamId() - 1) / 2;
                assertEquals(call + "x".repeat(call % 97 * 1000), text(frame));
                seen.add(call);
            }
            assertEquals(calls, seen.size());
            writer.join();
        }
    }

    @Test
    void clientThatDoesNotReadIsNotReadFrom() throws Exception {
        AtomicInteger served = new AtomicInteger();
        try (TestServer server =
                        TestServer.start(
                                methods(
                                        call -> {
                                            served.incrementAndGet();
                                            return text("x".repeat(64 * 1024));
                                        }));
                RawPeer peer = RawPeer.connect(server.socket)) {
            int calls = 1000;
            byte[] filler = new byte[20_000];
            AtomicInteger sent = new AtomicInteger();
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 0; i < calls; i++) {
                                                peer.send(
                                                        RawPeer.request(
                                                                2 * i + 1,
                                                                TestServer.SERVICE,
                                                                "Big",
                                                                ByteString.copyFrom(filler),
                                                                0));
                                                sent.incrementAndGet();
                                            }
                                        } catch (IOException e) {
                                            throw new IllegalStateException(e);
                                        }
                                    });
            assertFalse(writer.join(Duration.ofMillis(300)));
            int servedUnread = served.get();
            assertTrue(servedUnread < 400, () -> servedUnread + " served while nobody read");
            assertTrue(server.answers());
            for (int i = 0; i < calls; i++) {
                assertEquals(0, peer.receive().code());
            }
            writer.join();
            assertEquals(calls, served.get());
        }
    }

    @Test
    void callsAboveTheLimitAreRefused() throws Exception {
        try (TestServer server = TestServer.start();
                RawPeer peer = RawPeer.connect(server.socket)) {
            int limit = ServerConnection.MAX_CALLS;
            for (int i = 0; i < limit; i++) {
                peer.call(2 * i + 1, TestServer.SERVICE, "Wait", NOTHING);
            }
            peer.call(2 * limit + 1, TestServer.SERVICE, "Wait", NOTHING);
            assertEquals(Code.RESOURCE_EXHAUSTED.value(), peer.receive().code());
            assertTrue(server.answers());
        }
    }

    @Test
    void closeWritesTheAnswersOfRunningCalls() throws Exception {
        CompletableFuture<TestServer> itself = new CompletableFuture<>();
        TestServer server =
                TestServer.start(
                        methods(
                                call -> {
                                    itself.join().server.close();
                                    return text("bye");
                                }));
        itself.complete(server);
        try (RawPeer peer = RawPeer.connect(server.socket)) {
            peer.call(1, TestServer.SERVICE, "Wait", NOTHING);
            peer.call(3, TestServer.SERVICE, "Shutdown", NOTHING);
            RawFrame frame = peer.receive();
            assertEquals(3, frame.streamId());
            assertEquals("bye", text(frame));
            assertTrue(peer.atEnd());
        }
        server.close();
    }

    @Test
    void closeDoesNotWaitForAClientThatDoesNotRead() throws Exception {
        TestServer server =
                TestServer.start(
                        methods(call -> text("x".repeat(3 << 20))), Duration.ofMillis(200));
        try (RawPeer peer = RawPeer.connect(server.socket)) {
            peer.call(1, TestServer.SERVICE, "Big", NOTHING);
            peer.call(3, TestServer.SERVICE, "Big", NOTHING);
            assertTrue(server.answers());
            server.close();
        }
    }

    @Test
    void tellsWhenTheLastClientThatMadeCallsIsGoneAndItsCallsHaveEnded() throws Exception {
        CountDownLatch serving = new CountDownLatch(1);
        CompletableFuture<MessageLite> answer = new CompletableFuture<>();
        CompletableFuture<Boolean> deserted = new CompletableFuture<>();
        try (TestServer server =
                TestServer.start(
                        methods(
                                call -> {
                                    serving.countDown();
                                    return answer.join();
                                }))) {
            server.server.onDeserted(
                    () -> deserted.complete(answer.isDone() && server.server.isDeserted()));
            RawPeer.connect(server.socket).close(); // who only looks makes no call
            try (RawPeer client = RawPeer.connect(server.socket)) {
                client.call(1, TestServer.SERVICE, "Slow", NOTHING);
                assertTrue(serving.await(60, TimeUnit.SECONDS));
            }
            assertTrue(server.answers());
            answer.complete(NOTHING);
            assertTrue(deserted.get(60, TimeUnit.SECONDS));
        }
    }
}
