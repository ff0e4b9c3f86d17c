package io.reaper.runtime.init;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InitChannelTest {

    private static final List<InitMessage> MESSAGES =
            List.of(
                    new InitMessage.Here(),
                    new InitMessage.Continue(4_000_000),
                    new InitMessage.Mounted(),
                    new InitMessage.Warning("w"),
                    new InitMessage.Ready(),
                    new InitMessage.Failed(
                            ErrorCode.E_INIT_FAILED, "exec", 2, "exec: \"ü\": no such file"));

    @Test
    void messagesKeepTheirBordersAndOrder() {
        Fd[] pair = Fd.socketPair();
        try (InitChannel one = new InitChannel(pair[0]);
                InitChannel other = new InitChannel(pair[1])) {
            MESSAGES.forEach(one::send);
            for (InitMessage message : MESSAGES) {
                assertEquals(Optional.of(message), other.receive());
            }
        }
    }

    @Test
    void aTerminalTravelsBetweenOtherMessages() {
        Fd[] pair = Fd.socketPair();
        try (InitChannel one = new InitChannel(pair[0]);
                InitChannel other = new InitChannel(pair[1]);
                Fd file = Fd.memory("terminal")) {
            one.send(new InitMessage.Warning("before"));
            one.send(new InitMessage.Terminal(file));
            one.send(new InitMessage.Ready());
            assertEquals(Optional.of(new InitMessage.Warning("before")), other.receive());
            InitMessage message = other.receive().orElseThrow();
            try (Fd master = assertInstanceOf(InitMessage.Terminal.class, message).master()) {
                assertTrue(master.stat().sameFile(file.stat()));
                assertFalse(Fd.isInherited(master.number()), "close-on-exec");
            }
            assertEquals(Optional.of(new InitMessage.Ready()), other.receive());
        }
    }

    @Test
    void theEndOfTheOtherSideIsSeen() {
        Fd[] pair = Fd.socketPair();
        try (InitChannel one = new InitChannel(pair[0])) {
            one.send(new InitMessage.Continue(1)); // never read: the end comes as ECONNRESET
            pair[1].close();
            assertEquals(Optional.empty(), one.receive());
            LinuxException refused =
                    assertThrows(LinuxException.class, () -> one.send(new InitMessage.Continue(1)));
            assertTrue(refused.is(Errno.EPIPE), refused.getMessage());
        }
    }

    @Test
    void aHugeTextIsCut() {
        byte[] packet =
                InitChannel.encode(
                        new InitMessage.Failed(
                                ErrorCode.E_INIT_FAILED, "x", 1, "ü".repeat(1_000_000)));
        assertTrue(packet.length < 64 * 1024, "one packet");
        assertTrue(InitChannel.decode(packet, Optional.empty()) instanceof InitMessage.Failed);
    }

    @Test
    void strangeBytesAreRefused() {
        for (byte[] packet :
                List.of(
                        new byte[] {},
                        new byte[] {99},
                        new byte[] {2, 0},
                        new byte[] {5, 0, 9},
                        new byte[] {7})) { // without its descriptor
            assertThrows(
                    IllegalArgumentException.class,
                    () -> InitChannel.decode(packet, Optional.empty()));
        }
    }
}
