package io.reaper.k8s.cri;

import io.reaper.k8s.PodException;
import java.nio.charset.StandardCharsets;

/** A connection to a port of a pod: channel 0 is the data, 1 what went wrong. */
final class PortForward {
    private static final int DATA = 0;
    private static final int ERROR = 1;

    /** Both channels begin with the number of the port, in two bytes. */
    private static final int PORT = 2;

    private PortForward() {}

    /** Sends a text and returns all that comes back until the other side closes. */
    static String talk(String url, String text) {
        try (ChannelSocket socket = ChannelSocket.open(url)) {
            PodException unsent = send(socket, text);
            boolean unused = socket.await(CriNode.DEADLINE, ChannelSocket::isClosed);
            String error = socket.text(ERROR);
            if (error.length() > PORT) {
                throw new PodException(error.substring(PORT));
            }
            if (unsent != null) {
                throw unsent;
            }
            String answer = socket.text(DATA);
            return answer.substring(Math.min(PORT, answer.length()));
        }
    }

    /** What is wrong is told on the other channel, if there is time to. */
    private static PodException send(ChannelSocket socket, String text) {
        try {
            socket.send(DATA, text.getBytes(StandardCharsets.ISO_8859_1));
            return null;
        } catch (PodException e) {
            return e;
        }
    }
}
