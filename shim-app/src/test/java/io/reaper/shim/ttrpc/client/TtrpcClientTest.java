package io.reaper.shim.ttrpc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.ttrpc.Request;
import io.reaper.proto.ttrpc.Response;
import io.reaper.proto.ttrpc.Status;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.server.TestServer;
import io.reaper.shim.ttrpc.wire.RawPeer;
import io.reaper.shim.ttrpc.wire.RawPeer.RawFrame;
import io.reaper.shim.vertx.ShimVertx;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client against a peer which answers by hand. */
@Timeout(120)
class TtrpcClientTest {
    @TempDir Path directory;
    private final Vertx vertx = ShimVertx.create();
    private Path socket;
    private ServerSocketChannel listener;
    private TtrpcClient client;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("s");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        client = new TtrpcClient(vertx, socket.toString());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        TestServer.await(vertx.close().toCompletionStage());
    }

    private CompletableFuture<ByteString> call(String id, Deadline deadline) {
        return client.call(
                        "s.S",
                        "M",
                        ConnectRequest.newBuilder().setId(id).build(),
                        Map.of("containerd-namespace-ttrpc", "ns"),
                        deadline)
                .toCompletableFuture();
    }

    private CompletableFuture<ByteString> call(String id) {
        return call(id, Deadline.NONE);
    }

    private RawPeer accept() throws IOException {
        return RawPeer.accepted(listener.accept());
    }

    private static void answer(RawPeer peer, int streamId, Response response) throws IOException {
        peer.send(RawPeer.frame(streamId, 2, 0, response.toByteArray()));
    }

    private static Response payload(String text) {
        return Response.newBuilder().setPayload(ByteString.copyFromUtf8(text)).build();
    }

    private static String result(CompletableFuture<ByteString> call) {
        return call.orTimeout(60, TimeUnit.SECONDS).join().toStringUtf8();
    }

    private static TtrpcException failure(CompletableFuture<ByteString> call) {
        CompletionException e = assertThrows(CompletionException.class, () -> result(call));
        return assertInstanceOf(TtrpcException.class, e.getCause());
    }

    @Test
    void requestsCarryOddIdsAndResponsesFindTheirCalls() throws Exception {
        CompletableFuture<ByteString> a = call("a");
        CompletableFuture<ByteString> b = call("b", Deadline.after(Duration.ofSeconds(60)));
        try (RawPeer peer = accept()) {
            RawFrame first = peer.receive();
            RawFrame second = peer.receive();
            assertEquals("1 1 0 3 1 0", header(first) + " " + header(second));
            Request request = Request.parseFrom(second.payload());
            assertEquals("s.S", request.getService());
            assertEquals("M", request.getMethod());
            assertEquals("b", ConnectRequest.parseFrom(request.getPayload()).getId());
            assertEquals("containerd-namespace-ttrpc", request.getMetadata(0).getKey());
            assertEquals("ns", request.getMetadata(0).getValue());
            assertEquals(0, Request.parseFrom(first.payload()).getTimeoutNano());
            assertTrue(request.getTimeoutNano() > TimeUnit.SECONDS.toNanos(30));
            assertTrue(request.getTimeoutNano() <= TimeUnit.SECONDS.toNanos(60));
            answer(peer, 3, payload("for b"));
            assertEquals("for b", result(b));
            assertFalse(a.isDone());
            answer(peer, 5, payload("for nobody"));
            answer(peer, 3, payload("late"));
            answer(peer, 1, payload("for a"));
            assertEquals("for a", result(a));
        }
    }

    private static String header(RawFrame frame) {
        return frame.streamId() + " " + frame.type() + " " + frame.flags();
    }

    @Test
    void statusesBecomeExceptions() throws Exception {
        CompletableFuture<ByteString> known = call("a");
        CompletableFuture<ByteString> unknown = call("b");
        CompletableFuture<ByteString> garbage = call("c");
        CompletableFuture<ByteString> data = call("d");
        CompletableFuture<ByteString> oversized = call("e");
        CompletableFuture<ByteString> good = call("f");
        try (RawPeer peer = accept()) {
            for (int request = 0; request < 6; request++) {
                peer.receive(); // a response to a call that has not left yet would be dropped
            }
            answer(peer, 1, status(5, "no such thing"));
            answer(peer, 3, status(99, "?"));
            peer.send(RawPeer.frame(5, 2, 0, new byte[] {(byte) 0xff}));
            peer.send(RawPeer.frame(7, 3, 0, new byte[0]));
            peer.send(RawPeer.frame(9, 2, 0, new byte[(4 << 20) + 1]));
            peer.send(RawPeer.frame(11, 77, 0, new byte[3]));
            answer(peer, 11, payload("good"));
            assertEquals(Code.NOT_FOUND, failure(known).status());
            assertEquals("no such thing", failure(known).getMessage());
            assertEquals(Code.UNKNOWN, failure(unknown).status());
            assertEquals(Code.INTERNAL, failure(garbage).status());
            assertEquals(Code.INTERNAL, failure(data).status());
            assertEquals(Code.RESOURCE_EXHAUSTED, failure(oversized).status());
            assertEquals("good", result(good));
        }
    }

    private static Response status(int code, String message) {
        return Response.newBuilder()
                .setStatus(Status.newBuilder().setCode(code).setMessage(message))
                .build();
    }

    @Test
    void lossFailsWhatPendsAndTheNextCallConnectsAnew() throws Exception {
        CompletableFuture<ByteString> lost = call("a");
        try (RawPeer peer = accept()) {
            peer.receive();
        }
        assertEquals(Code.UNAVAILABLE, failure(lost).status());
        CompletableFuture<ByteString> next = call("b");
        try (RawPeer peer = accept()) {
            assertEquals(1, peer.receive().streamId());
            answer(peer, 1, payload("b"));
            assertEquals("b", result(next));
            CompletableFuture<ByteString> dropped = call("c");
            peer.receive();
            client.disconnect();
            assertEquals(Code.UNAVAILABLE, failure(dropped).status());
            assertTrue(peer.atEnd());
        }
    }

    @Test
    void brokenPeerIsLeft() throws Exception {
        CompletableFuture<ByteString> call = call("a");
        try (RawPeer peer = accept()) {
            peer.send(RawPeer.frame(-1, 1, 2, 0, new byte[0]));
            assertEquals(Code.UNAVAILABLE, failure(call).status());
        }
    }

    @Test
    void nobodyListens() throws Exception {
        listener.close();
        TtrpcException refused = failure(call("a"));
        assertEquals(Code.UNAVAILABLE, refused.status());
        assertTrue(refused.getMessage().contains(socket.toString()), refused::getMessage);
        Files.delete(socket);
        assertEquals(Code.UNAVAILABLE, failure(call("b")).status());
    }

    @Test
    void deadlineAndAnswersAfterIt() throws Exception {
        CompletableFuture<ByteString> first = call("a");
        try (RawPeer peer = accept()) {
            peer.receive();
            answer(peer, 1, payload("a"));
            assertEquals("a", result(first));
            // on a connection that is there it is sent, however short its time
            CompletableFuture<ByteString> slow = call("b", Deadline.after(Duration.ofMillis(50)));
            peer.receive();
            assertEquals(Code.DEADLINE_EXCEEDED, failure(slow).status());
            answer(peer, 3, payload("late"));
            CompletableFuture<ByteString> next = call("c");
            peer.receive();
            answer(peer, 5, payload("c"));
            assertEquals("c", result(next));
        }
    }

    @Test
    void messageAboveTheLimitFailsHere() throws Exception {
        CompletableFuture<ByteString> big = call("x".repeat(4 << 20));
        assertEquals(Code.RESOURCE_EXHAUSTED, failure(big).status());
        CompletableFuture<ByteString> next = call("b");
        try (RawPeer peer = accept()) {
            assertEquals(1, peer.receive().streamId());
            answer(peer, 1, payload("b"));
            assertEquals("b", result(next));
        }
    }

    @Test
    void addresses() {
        assertEquals(Path.of("/a/b"), new TtrpcClient(vertx, "/a/b").socket());
        assertEquals(Path.of("/a/b"), new TtrpcClient(vertx, "unix:///a/b").socket());
        for (String address : new String[] {"", "a/b", "unix://", "tcp://1.2.3.4", "/a\0b"}) {
            assertThrows(TtrpcException.class, () -> new TtrpcClient(vertx, address), address);
        }
    }
}
