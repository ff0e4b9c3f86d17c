import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Takes a shim's daemon through the life of one container, so that the classes this needs get into
 * its AOT cache: java TrainShim.java SOCKET ID BUNDLE. Speaks just enough TTRPC: a frame is length,
 * stream, type, flags and an envelope of service, method and payload; all requests used here are
 * strings in fields 1 and 2.
 */
final class TrainShim {
    private static final String SERVICE = "containerd.task.v2.Task";
    private static final byte REQUEST = 1;

    private final SocketChannel channel;
    private final DataInputStream input;
    private int stream = 1;

    private TrainShim(SocketChannel channel) {
        this.channel = channel;
        this.input = new DataInputStream(Channels.newInputStream(channel));
    }

    public static void main(String[] args) throws IOException {
        String id = args[1];
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(args[0]));
            TrainShim shim = new TrainShim(channel);
            shim.call("Connect", id);
            shim.call("Create", id, args[2]);
            for (String method : new String[] {"State", "Pids", "Start", "Wait", "Delete", "Shutdown"}) {
                shim.call(method, id);
            }
        }
    }

    /** Sends a request and reads one response, which may well be an error. */
    private void call(String method, String... fields) throws IOException {
        byte[] envelope = message(utf8(SERVICE), utf8(method), message(utf8(fields)));
        ByteBuffer frame = ByteBuffer.allocate(10 + envelope.length);
        frame.putInt(envelope.length).putInt(stream).put(REQUEST).put((byte) 0).put(envelope);
        stream += 2;
        channel.write(frame.flip());
        int length = input.readInt();
        input.skipNBytes(6 + length);
    }

    private static byte[][] utf8(String... texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            bytes[i] = utf8(texts[i]);
        }
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A protobuf message whose fields 1, 2… are these strings. */
    private static byte[] message(byte[]... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            out.write((i + 1) << 3 | 2);
            int length = fields[i].length;
            for (; length > 127; length >>= 7) {
                out.write(length & 127 | 128);
            }
            out.write(length);
            out.writeBytes(fields[i]);
        }
        return out.toByteArray();
    }
}
