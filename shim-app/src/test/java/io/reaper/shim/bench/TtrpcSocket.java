package io.reaper.shim.bench;

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

/**
 * A TTRPC connection of a blocking socket: nothing of ours stands between the system call that
 * returns and the clock. For one thread.
 */
final class TtrpcSocket implements AutoCloseable {
    private static final int HEADER = 10;
    private static final int REQUEST = 1;
    private static final int RESPONSE = 2;
    private static final String TASK = "containerd.task.v2.Task";

    private final SocketChannel channel;
    private int stream = -1;

    TtrpcSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects to what a shim's `start` has printed. */
    static TtrpcSocket connect(String address) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(address.substring("unix://".length())));
        return new TtrpcSocket(channel);
    }

    /**
     * A message that has come.
     *
     * @param nanos when its last byte had been read
     */
    record Frame(int stream, ByteString payload, long nanos) {}

    /** Sends a request to the task service; returns its stream. */
    int send(String method, MessageLite message) throws IOException {
        stream += 2; // a client's are odd
        Request request =
                Request.newBuilder()
                        .setService(TASK)
                        .setMethod(method)
                        .setPayload(message.toByteString())
                        .build();
        write(stream, REQUEST, request.toByteArray());
        return stream;
    }

    /** Sends a request and waits for its response, which must be the next message. */
    ByteString call(String method, MessageLite message) throws IOException {
        int asked = send(method, message);
        Frame answer = receive();
        if (answer.stream() != asked) {
            throw new IOException("stream " + answer.stream() + " answered, not " + asked);
        }
        return payload(method, answer);
    }

    /**
     * What a response holds.
     *
     * @throws IOException if it is an error
     */
    static ByteString payload(String method, Frame answer) throws IOException {
        Response response = Response.parseFrom(answer.payload());
        if (response.getStatus().getCode() != 0) {
            throw new IOException(method + ": " + response.getStatus().getMessage());
        }
        return response.getPayload();
    }

    void respond(int toStream, Response response) throws IOException {
        write(toStream, RESPONSE, response.toByteArray());
    }

    /** Waits for a message. */
    Frame receive() throws IOException {
        ByteBuffer header = read(HEADER);
        int length = header.getInt();
        int from = header.getInt();
        ByteBuffer payload = read(length);
        long now = System.nanoTime();
        return new Frame(from, ByteString.copyFrom(payload), now);
    }

    private void write(int toStream, int type, byte[] payload) throws IOException {
        ByteBuffer frame =
                ByteBuffer.allocate(HEADER + payload.length)
                        .putInt(payload.length)
                        .putInt(toStream)
                        .put((byte) type)
                        .put((byte) 0)
                        .put(payload)
                        .flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private ByteBuffer read(int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side has closed");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
