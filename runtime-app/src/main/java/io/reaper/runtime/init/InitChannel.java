package io.reaper.runtime.init;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** One end of the {@code SOCK_SEQPACKET} pair between {@code create} and its init stage. */
public final class InitChannel implements AutoCloseable {

    private static final int TEXT_LIMIT = 2 * 1024;
    private static final int UTF8 = 3;

    /** The longest message holds two cut texts, a code, their lengths, a number and a kind. */
    private static final int PACKET = 2 * UTF8 * (TEXT_LIMIT + 1) + 64;

    private static final int HERE = 1;
    private static final int CONTINUE = 2;
    private static final int WARNING = 3;
    private static final int READY = 4;
    private static final int FAILED = 5;
    private static final int TERMINAL = 7;
    private static final int MOUNTED = 6;

    private final Fd socket;

    public InitChannel(Fd socket) {
        this.socket = socket;
    }

    /**
     * Sends one message.
     *
     * @throws LinuxException EPIPE if the other side is gone
     */
    public void send(InitMessage message) {
        byte[] packet = encode(message);
        if (message instanceof InitMessage.Terminal(Fd master)) {
            UnixSockets.send(socket, packet, master);
        } else {
            socket.write(packet);
        }
    }

    /** Waits for the next message; empty if the other side is gone. */
    public Optional<InitMessage> receive() {
        UnixSockets.Received packet;
        try {
            packet = UnixSockets.receive(socket, PACKET);
        } catch (LinuxException e) {
            if (e.errno().number() == Errno.ECONNRESET.number()) {
                return Optional.empty(); // it died with a message of ours unread
            }
            throw e;
        }
        byte[] text = packet.text().array();
        return text.length == 0 ? Optional.empty() : Optional.of(decode(text, packet.descriptor()));
    }

    static byte[] encode(InitMessage message) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(packet);
        try {
            switch (message) {
                case InitMessage.Here() -> out.writeByte(HERE);
                case InitMessage.Continue(int pid) -> {
                    out.writeByte(CONTINUE);
                    out.writeInt(pid);
                }
                case InitMessage.Mounted() -> out.writeByte(MOUNTED);
                case InitMessage.Warning(String text) -> {
                    out.writeByte(WARNING);
                    out.writeUTF(cut(text));
                }
                case InitMessage.Terminal(Fd _) -> out.writeByte(TERMINAL);
                case InitMessage.Ready() -> out.writeByte(READY);
                case InitMessage.Failed(
                                ErrorCode code,
                                String operation,
                                int errno,
                                String text) -> {
                    out.writeByte(FAILED);
                    out.writeUTF(code.name());
                    out.writeUTF(cut(operation));
                    out.writeInt(errno);
                    out.writeUTF(cut(text));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packet.toByteArray();
    }

    /**
     * @param descriptor that came with it
     * @throws IllegalArgumentException if it is no message
     */
    static InitMessage decode(byte[] packet, Optional<Fd> descriptor) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(packet))) {
            int kind = in.readByte();
            return switch (kind) {
                case HERE -> new InitMessage.Here();
                case CONTINUE -> new InitMessage.Continue(in.readInt());
                case MOUNTED -> new InitMessage.Mounted();
                case WARNING -> new InitMessage.Warning(in.readUTF());
                case TERMINAL ->
                        new InitMessage.Terminal(
                                descriptor.orElseThrow(
                                        () ->
                                                new IllegalArgumentException(
                                                        "init message without its terminal")));
                case READY -> new InitMessage.Ready();
                case FAILED ->
                        new InitMessage.Failed(
                                ErrorCode.valueOf(in.readUTF()),
                                in.readUTF(),
                                in.readInt(),
                                in.readUTF());
                default -> throw new IllegalArgumentException("init message of kind " + kind);
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("init message of " + packet.length + " bytes", e);
        }
    }

    private static String cut(String text) {
        return text.length() <= TEXT_LIMIT ? text : text.substring(0, TEXT_LIMIT) + "…";
    }

    @Override
    public void close() {
        socket.close();
    }
}
