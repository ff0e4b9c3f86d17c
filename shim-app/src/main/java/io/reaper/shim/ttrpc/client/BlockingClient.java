package io.reaper.shim.ttrpc.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.LinuxException;
import io.reaper.proto.ttrpc.Request;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.wire.Frame;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * Unary TTRPC calls one after the other, on the caller's thread and over one connection: for
 * programs that make a few and end. For one thread.
 */
public final class BlockingClient implements AutoCloseable {

    private final Path path;
    private final Fd socket;
    private int streamId = -1;

    private BlockingClient(Path path, Fd socket) {
        this.path = path;
        this.socket = socket;
    }

    /**
     * Connects; waits while the listener's backlog is full.
     *
     * @throws LinuxException ENOENT if there is no such file, ECONNREFUSED if nobody listens
     */
    public static BlockingClient connect(Path socket) {
        return new BlockingClient(socket, UnixSockets.connect(socket));
    }

    /**
     * Calls a method.
     *
     * @return the response message's bytes
     * @throws TtrpcException the peer's status; DEADLINE_EXCEEDED; UNAVAILABLE if the connection
     *     was lost before the response (the peer may or may not have done the work); INTERNAL if
     *     the peer breaks the protocol
     */
    public ByteString call(String service, String method, MessageLite request, Deadline deadline) {
        streamId += 2;
        Request envelope = UnaryCall.request(service, method, request, Map.of(), deadline);
        try {
            socket.write(Frame.bytes(streamId, Frame.REQUEST, envelope));
            return UnaryCall.response(response(method, deadline), path);
        } catch (LinuxException e) {
            throw new TtrpcException(
                    ErrorCode.E_PEER_LOST, Code.UNAVAILABLE, path + ": " + e.getMessage(), e);
        }
    }

    /** Passes over what answers an earlier call, of which the time was up, or is no response. */
    private ByteString response(String method, Deadline deadline) {
        while (true) {
            ByteBuffer header = ByteBuffer.wrap(read(Frame.HEADER_LENGTH, method, deadline));
            int length = header.getInt();
            if (length < 0 || length > Frame.MAX_PAYLOAD) {
                throw new TtrpcException(
                        ErrorCode.E_PEER_FAILED,
                        Code.INTERNAL,
                        path + ": frame of " + Integer.toUnsignedString(length) + " bytes");
            }
            int stream = header.getInt();
            int type = header.get();
            byte[] payload = read(length, method, deadline);
            if (stream == streamId && type == Frame.RESPONSE) {
                return ByteString.copyFrom(payload);
            }
        }
    }

    private byte[] read(int length, String method, Deadline deadline) {
        byte[] bytes = new byte[length];
        for (int size = 0; size < length; ) {
            if (Poll.await(deadline, new Poll.Entry(socket, Poll.POLLIN))[0] == 0) {
                throw UnaryCall.overdue(path, method);
            }
            int count = socket.read(bytes, size, length - size);
            if (count == 0) {
                throw UnaryCall.lost(path);
            }
            size += count;
        }
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
