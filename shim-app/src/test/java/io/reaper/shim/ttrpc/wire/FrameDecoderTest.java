package io.reaper.shim.ttrpc.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.proto.ttrpc.Request;
import io.reaper.shim.ttrpc.TtrpcException;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {
    private static final HexFormat HEX = HexFormat.of();

    private static List<Inbound> decode(byte[] bytes) {
        List<Inbound> found = new ArrayList<>();
        new FrameDecoder(found::add).feed(Buffer.buffer(bytes));
        return found;
    }

    private static String text(Inbound inbound) {
        return switch (inbound) {
            case Frame f ->
                    "%d %d %d %s"
                            .formatted(
                                    f.streamId(),
                                    f.type(),
                                    f.flags(),
                                    HEX.formatHex(f.payload().toByteArray()));
            case Inbound.Oversized o -> "oversized " + o.streamId() + " " + o.length();
            case Inbound.Broken b -> "broken";
        };
    }

    @Test
    void requestFrame() {
        byte[] bytes = HEX.parseHex("0000000300000001" + "0100" + "0a0173");
        assertEquals(
                List.of("1 1 0 0a0173"),
                decode(bytes).stream().map(FrameDecoderTest::text).toList());
        assertEquals(
                HEX.formatHex(bytes),
                HEX.formatHex(
                        Frame.encode(1, Frame.REQUEST, Request.newBuilder().setService("s").build())
                                .getBytes()));
    }

    @Test
    void emptyPayloadUnknownTypeAndHighestStreamId() {
        byte[] bytes = HEX.parseHex("00000000ffffffff" + "ff05" + "0000000000000003" + "0304");
        assertEquals(
                List.of("-1 255 5 ", "3 3 4 "),
                decode(bytes).stream().map(FrameDecoderTest::text).toList());
    }

    @Test
    void longestPayloadIsTakenAndOneByteMoreIsDiscarded() {
        byte[] longest = RawPeer.frame(1, 1, 0, new byte[4 << 20]);
        byte[] longer = RawPeer.frame(3, 1, 0, new byte[(4 << 20) + 1]);
        byte[] next = RawPeer.frame(5, 1, 0, new byte[] {7});
        Buffer bytes = Buffer.buffer(longest).appendBytes(longer).appendBytes(next);
        List<Inbound> found = decode(bytes.getBytes());
        assertEquals(4 << 20, ((Frame) found.get(0)).payload().size());
        assertEquals("oversized 3 4194305", text(found.get(1)));
        assertEquals("5 1 0 07", text(found.get(2)));
        assertEquals(3, found.size());
    }

    @Test
    void lengthWithANonZeroTopByteEndsTheStream() {
        byte[] good = RawPeer.frame(1, 1, 0, new byte[0]);
        for (String length : List.of("01000000", "7fffffff", "80000000", "ffffffff")) {
            Buffer bytes =
                    Buffer.buffer(good)
                            .appendBytes(HEX.parseHex(length + "00000003" + "0100"))
                            .appendBytes(good);
            assertEquals(
                    List.of("1 1 0 ", "broken"),
                    decode(bytes.getBytes()).stream().map(FrameDecoderTest::text).toList());
        }
    }

    @Test
    void messageAboveTheLimitIsNotSent() {
        Request request =
                Request.newBuilder().setPayload(ByteString.copyFrom(new byte[4 << 20])).build();
        TtrpcException e =
                assertThrows(TtrpcException.class, () -> Frame.encode(1, Frame.REQUEST, request));
        assertEquals(Code.RESOURCE_EXHAUSTED, e.status());
    }

    /**
     * The same frames come out wherever the bytes are cut, and nothing comes of an incomplete one.
     */
    @Property(tries = 1000)
    void piecesAndTruncation(
            @ForAll @Size(max = 6) List<@Size(max = 9000) byte[]> payloads,
            @ForAll long seed,
            @ForAll @IntRange(max = 100) int percent) {
        Random random = new Random(seed);
        List<String> expected = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        Buffer all = Buffer.buffer();
        for (byte[] payload : payloads) {
            int streamId = random.nextInt();
            int type = random.nextInt(256);
            int flags = random.nextInt(256);
            all.appendBytes(RawPeer.frame(streamId, type, flags, payload));
            expected.add("%d %d %d %s".formatted(streamId, type, flags, HEX.formatHex(payload)));
            ends.add(all.length());
        }
        int cut = (int) ((long) all.length() * percent / 100);
        List<Inbound> found = new ArrayList<>();
        FrameDecoder decoder = new FrameDecoder(found::add);
        for (int at = 0; at < cut; ) {
            int next = Math.min(cut, at + 1 + random.nextInt(random.nextBoolean() ? 12 : 5000));
            decoder.feed(all.slice(at, next));
            at = next;
        }
        long whole = ends.stream().filter(end -> end <= cut).count();
        assertEquals(
                expected.subList(0, (int) whole),
                found.stream().map(FrameDecoderTest::text).toList());
    }

    /** Whatever comes, the decoder neither throws nor takes more than one broken length. */
    @Property(tries = 1000)
    void randomBytes(@ForAll @Size(max = 500) byte[] bytes) {
        long broken =
                decode(bytes).stream().filter(inbound -> inbound instanceof Inbound.Broken).count();
        assertTrue(broken <= 1);
    }
}
