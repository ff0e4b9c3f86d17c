package io.reaper.k8s.cri;

import io.reaper.k8s.PodException;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A WebSocket of the protocol v4.channel.k8s.io: each message begins with the number of a channel.
 */
final class ChannelSocket implements WebSocket.Listener, AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Integer, ByteArrayOutputStream> received = new TreeMap<>();
    private WebSocket socket;
    private int channel = -1;
    private boolean isClosed;
    private String failure = "";

    private ChannelSocket() {}

    /**
     * @param url as CRI gives it, with http as its scheme
     */
    static ChannelSocket open(String url) {
        ChannelSocket made = new ChannelSocket();
        try {
            made.socket =
                    made.http
                            .newWebSocketBuilder()
                            .subprotocols("v4.channel.k8s.io")
                            .connectTimeout(CriNode.DEADLINE)
                            .buildAsync(URI.create(url.replaceFirst("^http", "ws")), made)
                            .join();
            return made;
        } catch (CompletionException e) {
            made.http.close();
            throw new AssertionError("no WebSocket of " + url, e);
        }
    }

    /**
     * Sends a message.
     *
     * @throws PodException when the other side is gone
     */
    void send(int number, byte[] bytes) {
        ByteBuffer message = ByteBuffer.allocate(bytes.length + 1);
        message.put((byte) number).put(bytes).flip();
        try {
            socket.sendBinary(message, true).join();
        } catch (CompletionException e) {
            throw new PodException("cannot send to the other side: " + this, e);
        }
    }

    /** What has come on a channel until now, one character for a byte. */
    synchronized String text(int number) {
        ByteArrayOutputStream bytes = received.get(number);
        return bytes == null ? "" : bytes.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized boolean isClosed() {
        return isClosed;
    }

    /** Waits until the condition holds; false when the other side is gone and it does not. */
    synchronized boolean await(Duration deadline, Predicate<ChannelSocket> condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.test(this)) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (isClosed) {
                return false;
            }
            if (millis <= 0) {
                throw new AssertionError("after " + deadline.toSeconds() + " s still: " + this);
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
        return true;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        synchronized (this) {
            if (channel < 0 && data.hasRemaining()) {
                channel = data.get();
            }
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            received.computeIfAbsent(channel, unused -> new ByteArrayOutputStream())
                    .writeBytes(bytes);
            if (last) {
                channel = -1;
            }
            notifyAll();
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        end("");
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        end(error.toString());
    }

    private synchronized void end(String why) {
        isClosed = true;
        failure = why;
        notifyAll();
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder(isClosed ? "closed " : "open ").append(failure);
        received.forEach((number, bytes) -> text.append("%n%d: %s".formatted(number, bytes)));
        return text.toString();
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
