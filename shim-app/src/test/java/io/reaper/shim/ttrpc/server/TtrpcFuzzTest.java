package io.reaper.shim.ttrpc.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.reaper.proto.ttrpc.Request;
import io.reaper.shim.ttrpc.wire.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hostile clients: after each the server answers a good request on a fresh connection. */
@Timeout(60)
class TtrpcFuzzTest {
    private static final int CASES = 2000;

    @Test
    void serverOutlivesEveryClient() throws Exception {
        long seed = Long.getLong("reaper.fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        try (TestServer server = TestServer.start()) {
            for (int i = 0; i < CASES; i++) {
                String attempt = "case " + i + " of seed " + seed + " (-Dreaper.fuzz.seed)";
                try (RawPeer peer = RawPeer.connect(server.socket)) {
                    sendTo(peer, attack(random));
                }
                assertTrue(server.answers(), attempt);
            }
            assertTrue(
                    server.problems.stream().allMatch(p -> p.startsWith("TTRPC frame of ")),
                    () -> "problems of seed " + seed + ": " + server.problems);
        }
    }

    private static void sendTo(RawPeer peer, byte[] bytes) {
        try {
            peer.send(bytes);
        } catch (IOException e) {
            // Hung up on in the middle, as a broken length deserves.
        }
    }

    private static byte[] attack(Random random) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int frames = 1 + random.nextInt(5);
        for (int i = 0; i < frames; i++) {
            bytes.write(hostileFrame(random, i));
        }
        byte[] all = bytes.toByteArray();
        return random.nextInt(3) == 0 ? Arrays.copyOf(all, random.nextInt(all.length + 1)) : all;
    }

    private static byte[] hostileFrame(Random random, int index) {
        int streamId = random.nextBoolean() ? 2 * index + 1 : random.nextInt();
        int flags = random.nextInt(256);
        return switch (random.nextInt(9)) {
            case 0 -> noise(random, 60);
            case 1 -> RawPeer.frame(streamId, 1, flags, noise(random, 300));
            case 2 -> RawPeer.frame(streamId, random.nextInt(256), flags, noise(random, 300));
            case 3 -> RawPeer.frame(random.nextInt(), streamId, 1, flags, noise(random, 300));
            case 4 ->
                    RawPeer.frame(
                            (4 << 20) + random.nextInt(1 << 20), streamId, 1, 0, noise(random, 99));
            case 5 -> RawPeer.frame(streamId, 3, flags, noise(random, 300));
            case 6 -> RawPeer.frame(streamId, 1, flags, flipped(random, request(random)));
            case 7 ->
                    random.nextInt(50) == 0
                            ? RawPeer.frame(streamId, 1, 0, new byte[(4 << 20) + 1])
                            : RawPeer.frame(streamId, 1, 0, new byte[random.nextInt(20_000)]);
            default -> RawPeer.frame(streamId, 1, flags, request(random));
        };
    }

    private static byte[] request(Random random) {
        String[] services = {TestServer.SERVICE, "test.v2.Service", "", "\0", "x"};
        String[] methods = {"Connect", "Wait", "", "Fly", "\uffff"};
        return Request.newBuilder()
                .setService(services[random.nextInt(services.length)])
                .setMethod(methods[random.nextInt(methods.length)])
                .setPayload(ByteString.copyFrom(noise(random, 100)))
                .setTimeoutNano(random.nextBoolean() ? 0 : random.nextLong())
                .build()
                .toByteArray();
    }

    private static byte[] flipped(Random random, byte[] bytes) {
        for (int i = random.nextInt(8); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static byte[] noise(Random random, int atMost) {
        byte[] bytes = new byte[random.nextInt(atMost)];
        random.nextBytes(bytes);
        return bytes;
    }
}
