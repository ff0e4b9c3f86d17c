package io.reaper.k8s.kube;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * An API server with one pod, for one exec: each request for a session is answered by the same
 * frames, in one write. The mock of the API sends its messages from several threads, in any order.
 */
final class SessionServer implements Closeable {
    private static final String POD =
            "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"pod\"},"
                    + " \"spec\": {\"containers\": [{\"name\": \"main\"}]}}";

    /** RFC 6455, section 4.2.2. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final byte[] CLOSE = {(byte) 0x88, 0};

    private static final String KEY = "sec-websocket-key:";

    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    SessionServer() throws IOException {
        Future<?> unused = threads.submit(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** A message to be sent, to one channel of the session; of 64 KiB at most. */
    void send(int channel, String text) {
        int length = text.length() + 1;
        frames.write(0x82);
        if (length > 125) {
            frames.write(126);
            frames.write(length >> 8);
        }
        frames.write(length);
        frames.write(channel);
        frames.writeBytes(text.getBytes(ISO_8859_1));
    }

    void sendClose() {
        frames.writeBytes(CLOSE);
    }

    private Void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket socket = listener.accept();
            Future<?> unused = threads.submit(() -> answer(socket));
        }
        return null;
    }

    private Void answer(Socket socket) throws IOException, NoSuchAlgorithmException {
        try (socket;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), ISO_8859_1))) {
            String key = null;
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.regionMatches(true, 0, KEY, 0, KEY.length())) {
                    key = line.substring(KEY.length()).strip();
                }
            }
            OutputStream out = socket.getOutputStream();
            out.write(key == null ? pod() : session(key));
            in.read(); // the client's close, which is answered by one
            out.write(CLOSE);
            return null;
        }
    }

    private static byte[] pod() {
        return """
        HTTP/1.1 200 OK\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        %s\
        """
                .formatted(POD.length(), POD)
                .getBytes(ISO_8859_1);
    }

    private byte[] session(String key) throws NoSuchAlgorithmException {
        byte[] digest =
                MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(ISO_8859_1));
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(
                """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Protocol: v4.channel.k8s.io\r
                Sec-WebSocket-Accept: %s\r
                \r
                """
                        .formatted(Base64.getEncoder().encodeToString(digest))
                        .getBytes(ISO_8859_1));
        answer.writeBytes(frames.toByteArray());
        return answer.toByteArray();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
