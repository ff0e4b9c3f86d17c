package io.reaper.shim.ttrpc.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.reaper.proto.ttrpc.Request;
import io.reaper.proto.ttrpc.Response;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client of plain blocking sockets, which shares no code with the server under test. */
public final class RawPeer implements AutoCloseable {
    private final SocketChannel channel;

    public record RawFrame(int streamId, int type, int flags, ByteString payload) {
        public Response response() throws IOException {
            return Response.parseFrom(payload);
        }

        public int code() throws IOException {
            return response().getStatus().getCode();
        }
    }

    private RawPeer(SocketChannel channel) {
        this.channel = channel;
    }

    public static RawPeer connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new RawPeer(channel);
    }

    public static RawPeer accepted(SocketChannel channel) {
        return new RawPeer(channel);
    }

    public static byte[] frame(int length, int streamId, int type, int flags, byte[] payload) {
        return ByteBuffer.allocate(10 + payload.length)
                .putInt(length)
                .putInt(streamId)
                .put((byte) type)
                .put((byte) flags)
                .put(payload)
                .array();
    }

    public static byte[] frame(int streamId, int type, int flags, byte[] payload) {
        return frame(payload.length, streamId, type, flags, payload);
    }

    public static byte[] request(
            int streamId, String service, String method, ByteString payload, long timeoutNano) {
        return frame(
                streamId,
                1,
                0,
                Request.newBuilder()
                        .setService(service)
                        .setMethod(method)
                        .setPayload(payload)
                        .setTimeoutNano(timeoutNano)
                        .build()
                        .toByteArray());
    }

    public void send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    public void call(int streamId, String service, String method, MessageLite message)
            throws IOException {
        send(request(streamId, service, method, message.toByteString(), 0));
    }

    /** Waits for the next frame. */
    public RawFrame receive() throws IOException {
        ByteBuffer header = read(10);
        int length = header.getInt();
        int streamId = header.getInt();
        int type = header.get();
        int flags = header.get();
        return new RawFrame(streamId, type, flags, ByteString.copyFrom(read(length)));
    }

    /** Waits until the other side has closed; tells whether it did so at a frame's border. */
    public boolean atEnd() throws IOException {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private ByteBuffer read(int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
