package io.reaper.shim.ttrpc.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.shim.ttrpc.TtrpcException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A frame: a header of 10 bytes, big endian (payload length u32, stream id u32, type u8, flags u8),
 * then the payload (ttrpc PROTOCOL.md).
 *
 * @param streamId unsigned
 * @param type {@link #REQUEST}, {@link #RESPONSE}, {@link #DATA}, or one that a later protocol
 *     knows
 * @param flags of {@link #DATA} and streaming requests; unary calls have none
 */
public record Frame(int streamId, int type, int flags, ByteString payload) implements Inbound {
    public static final int HEADER_LENGTH = 10;
    public static final int MAX_PAYLOAD = 4 << 20;

    public static final int REQUEST = 1;
    public static final int RESPONSE = 2;
    public static final int DATA = 3;

    /**
     * The bytes of a frame without flags.
     *
     * @throws TtrpcException RESOURCE_EXHAUSTED if the payload is longer than 4 MiB
     */
    public static Buffer encode(int streamId, int type, MessageLite payload) {
        return Buffer.buffer(bytes(streamId, type, payload));
    }

    /** As {@link #encode}. */
    public static byte[] bytes(int streamId, int type, MessageLite payload) {
        int length = payload.getSerializedSize();
        if (length > MAX_PAYLOAD) {
            throw new TtrpcException(
                    ErrorCode.E_CALL_TOO_LARGE,
                    Code.RESOURCE_EXHAUSTED,
                    "message of " + length + " bytes exceeds the limit of " + MAX_PAYLOAD);
        }
        byte[] bytes = new byte[HEADER_LENGTH + length];
        ByteBuffer.wrap(bytes).putInt(length).putInt(streamId).put((byte) type);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes, HEADER_LENGTH, length);
            payload.writeTo(out);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }
}
