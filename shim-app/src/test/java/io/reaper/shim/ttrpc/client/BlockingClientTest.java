package io.reaper.shim.ttrpc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.ttrpc.Response;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.server.TestServer;
import io.reaper.shim.ttrpc.wire.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BlockingClientTest {

    @TempDir private Path directory;

    private static ByteString call(BlockingClient client, String method, Deadline deadline) {
        return client.call(TestServer.SERVICE, method, TestServer.answer(0), deadline);
    }

    private static Code code(BlockingClient client, String method, Deadline deadline) {
        return assertThrows(TtrpcException.class, () -> call(client, method, deadline)).status();
    }

    @Test
    void callsOneAfterTheOther() throws Exception {
        try (TestServer server = TestServer.start();
                BlockingClient client = BlockingClient.connect(server.socket)) {
            for (int i = 0; i < 3; i++) {
                ByteString answer = call(client, "Connect", Deadline.NONE);
                assertEquals(42, ConnectResponse.parseFrom(answer).getShimPid());
                assertEquals(Code.UNIMPLEMENTED, code(client, "Other", Deadline.NONE));
            }
        }
    }

    @Test
    void aLateAnswerIsPassedOver() {
        Path socket = directory.resolve("s");
        try (Fd listening = UnixSockets.listen(socket, 0600);
                BlockingClient client = BlockingClient.connect(socket);
                Fd peer = UnixSockets.accept(listening)) {
            Deadline soon = Deadline.after(Duration.ofMillis(50));
            assertEquals(Code.DEADLINE_EXCEEDED, code(client, "Wait", soon));
            peer.write(Frame.bytes(1, Frame.RESPONSE, response("late")));
            peer.write(Frame.bytes(3, Frame.RESPONSE, response("y")));
            assertEquals("y", call(client, "Connect", Deadline.NONE).toStringUtf8());
        }
    }

    private static Response response(String payload) {
        return Response.newBuilder().setPayload(ByteString.copyFromUtf8(payload)).build();
    }

    @Test
    void aLongAnswerComesWhole() throws Exception {
        ConnectResponse large =
                ConnectResponse.newBuilder().setVersion("v".repeat(1 << 20)).build();
        try (TestServer server = TestServer.start(call -> CompletableFuture.completedStage(large));
                BlockingClient client = BlockingClient.connect(server.socket)) {
            assertEquals(large.toByteString(), call(client, "Large", Deadline.NONE));
        }
    }

    @Test
    void nobodyListens() {
        Path socket = directory.resolve("s");
        LinuxException none =
                assertThrows(LinuxException.class, () -> BlockingClient.connect(socket));
        assertTrue(none.is(Errno.ENOENT), none.getMessage());
        UnixSockets.listen(socket, 0600).close();
        LinuxException dead =
                assertThrows(LinuxException.class, () -> BlockingClient.connect(socket));
        assertTrue(dead.is(Errno.ECONNREFUSED), dead.getMessage());
    }

    @Test
    void theOtherSideGoesAway() {
        Path socket = directory.resolve("s");
        try (Fd listening = UnixSockets.listen(socket, 0600);
                BlockingClient client = BlockingClient.connect(socket)) {
            UnixSockets.accept(listening).close();
            assertEquals(Code.UNAVAILABLE, code(client, "Connect", Deadline.NONE));
            assertEquals(Code.UNAVAILABLE, code(client, "Connect", Deadline.NONE), "again");
        }
    }

    @Test
    void nobodyAnswers() {
        Path socket = directory.resolve("s");
        try (Fd listening = UnixSockets.listen(socket, 0600);
                BlockingClient client = BlockingClient.connect(socket)) {
            Deadline soon = Deadline.after(Duration.ofMillis(50));
            assertEquals(Code.DEADLINE_EXCEEDED, code(client, "Connect", soon));
            assertTrue(listening.number() >= 0);
        }
    }

    @Test
    void aFrameWithoutSenseIsAnError() {
        Path socket = directory.resolve("s");
        try (Fd listening = UnixSockets.listen(socket, 0600);
                BlockingClient client = BlockingClient.connect(socket);
                Fd peer = UnixSockets.accept(listening)) {
            peer.write(new byte[] {(byte) 0x80, 0, 0, 0, 0, 0, 0, 1, 2, 0});
            assertEquals(Code.INTERNAL, code(client, "Connect", Deadline.NONE));
        }
    }

    @Test
    void otherStreamsAndTypesArePassedOver() {
        Path socket = directory.resolve("s");
        try (Fd listening = UnixSockets.listen(socket, 0600);
                BlockingClient client = BlockingClient.connect(socket);
                Fd peer = UnixSockets.accept(listening)) {
            peer.write(Frame.bytes(3, Frame.RESPONSE, response("x")));
            peer.write(Frame.bytes(1, Frame.DATA, response("x")));
            peer.write(Frame.bytes(1, Frame.RESPONSE, response("y")));
            assertEquals("y", call(client, "Connect", Deadline.NONE).toStringUtf8());
        }
    }
}
