package io.reaper.shim.ttrpc.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds frames in bytes that come in pieces of any size. Holds at most one frame, and of a frame
 * not more than twice what has come of it: a header alone reserves next to nothing.
 *
 * <p>Belongs to the event loop of its connection.
 */
public final class FrameDecoder {
    private static final int FIRST_RESERVATION = 4096;
    private static final int LONGEST_TO_DISCARD = 0x00ff_ffff;

    private final Consumer<Inbound> found;
    private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER_LENGTH);
    private byte[] payload;
    private int received;
    private boolean broken;

    public FrameDecoder(Consumer<Inbound> found) {
        this.found = found;
    }

    /** Takes the next bytes; tells each frame that they complete, in order. */
    public void feed(Buffer bytes) {
        int at = 0;
        while (!broken) {
            at += fillHeader(bytes, at);
            if (header.hasRemaining()) {
                return;
            }
            if (lengthIsBroken()) {
                broken = true;
                found.accept(new Inbound.Broken(length()));
                return;
            }
            at += fillPayload(bytes, at);
            if (received < length()) {
                return;
            }
            found.accept(complete());
        }
    }

    private int fillHeader(Buffer bytes, int at) {
        int count = Math.min(header.remaining(), bytes.length() - at);
        bytes.getBytes(at, at + count, header.array(), header.position());
        header.position(header.position() + count);
        return count;
    }

    private int fillPayload(Buffer bytes, int at) {
        int count = Math.min(length() - received, bytes.length() - at);
        if (!isOversized()) {
            reserve(received + count);
            bytes.getBytes(at, at + count, payload, received);
        }
        received += count;
        return count;
    }

    private void reserve(int needed) {
        if (payload == null) {
            payload = new byte[Math.min(length(), Math.max(needed, FIRST_RESERVATION))];
        } else if (payload.length < needed) {
            payload = Arrays.copyOf(payload, Math.min(length(), Math.max(needed, 2 * received)));
        }
    }

    private Inbound complete() {
        int streamId = header.getInt(4);
        Inbound result =
                isOversized()
                        ? new Inbound.Oversized(streamId, length())
                        : new Frame(
                                streamId,
                                Byte.toUnsignedInt(header.get(8)),
                                Byte.toUnsignedInt(header.get(9)),
                                payload());
        header.clear();
        payload = null;
        received = 0;
        return result;
    }

    private ByteString payload() {
        return UnsafeByteOperations.unsafeWrap(payload);
    }

    private int length() {
        return header.getInt(0);
    }

    private boolean isOversized() {
        return length() > Frame.MAX_PAYLOAD;
    }

    private boolean lengthIsBroken() {
        return length() < 0 || length() > LONGEST_TO_DISCARD;
    }
}
