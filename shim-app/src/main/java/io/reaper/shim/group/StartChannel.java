package io.reaper.shim.group;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What {@code start} and its daemon say to each other over a socket pair: the daemon that it
 * serves, or why it cannot; {@code start} that containerd has the address. A daemon whose {@code
 * start} was killed before that (containerd's patience has an end) would never be found again.
 */
public final class StartChannel implements AutoCloseable {

    private static final String READY = "ready";
    private static final String PRINTED = "printed";
    private static final int LIMIT = 64 * 1024;

    private final Fd socket;

    public StartChannel(Fd socket) {
        this.socket = socket;
    }

    /** The daemon: its socket is open. */
    public void tellReady() {
        send(READY);
    }

    /** The daemon: in one line, why it does not serve. */
    public void tellFailure(String reason) {
        send(reason);
    }

    /** {@code start}: the address has been printed. */
    public void tellPrinted() {
        send(PRINTED);
    }

    /**
     * {@code start}: waits for the daemon's word.
     *
     * @return empty if it serves; otherwise its reason, blank if it died without one
     */
    public Optional<String> awaitReady() {
        String word = receive();
        return word.equals(READY) ? Optional.empty() : Optional.of(word);
    }

    /** The daemon: waits until the address has been printed; false if {@code start} died before. */
    public boolean awaitPrinted() {
        return receive().equals(PRINTED);
    }

    private void send(String word) {
        try {
            socket.write(word.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            return; // the other side is gone, which the next receive, or its own end, tells
        }
    }

    private String receive() {
        byte[] word = new byte[LIMIT];
        try {
            return new String(word, 0, socket.read(word, 0, LIMIT), StandardCharsets.UTF_8);
        } catch (LinuxException e) {
            return ""; // a reset: it died with our word unread
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
