package io.reaper.k8s.cri;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reaper.k8s.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;

/** The streams of an exec or of an attached container. */
final class CriSession implements Session {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;

    private final ChannelSocket socket;

    private CriSession(ChannelSocket socket) {
        this.socket = socket;
    }

    static CriSession open(String url) {
        return new CriSession(ChannelSocket.open(url));
    }

    @Override
    public void type(String text) {
        socket.send(STDIN, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void resize(int columns, int rows) {
        String size = "{\"Width\":%d,\"Height\":%d}".formatted(columns, rows);
        socket.send(RESIZE, size.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String output() {
        return socket.text(STDOUT) + socket.text(STDERR);
    }

    @Override
    public void awaitOutput(String text, Duration deadline) {
        if (!socket.await(deadline, unused -> output().contains(text))) {
            throw new AssertionError("the other side has ended without '" + text + "': " + socket);
        }
    }

    /** A metav1.Status on the error channel: Success, or the exit code among the causes. */
    @Override
    public OptionalInt awaitEnd(Duration deadline) {
        boolean unused = socket.await(deadline, ChannelSocket::isClosed);
        String error = socket.text(ERROR);
        if (error.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            JsonNode status = new ObjectMapper().readTree(error);
            if (status.path("status").asText().equals("Success")) {
                return OptionalInt.of(0);
            }
            for (JsonNode cause : status.path("details").path("causes")) {
                if (cause.path("reason").asText().equals("ExitCode")) {
                    return OptionalInt.of(Integer.parseInt(cause.path("message").asText()));
                }
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError("not a status: " + error, e);
        }
        throw new AssertionError("the session has failed: " + error);
    }

    @Override
    public void close() {
        socket.close();
    }
}
