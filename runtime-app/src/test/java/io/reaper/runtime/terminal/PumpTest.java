package io.reaper.runtime.terminal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PumpTest {

    private final Fd[] in = Fd.pipe(OpenFlags.O_NONBLOCK);
    private final Fd[] out = Fd.pipe(OpenFlags.O_NONBLOCK);
    private final Pump pump = new Pump(in[0], out[1]);

    @AfterEach
    void close() {
        pump.close();
        for (Fd fd : new Fd[] {in[0], in[1], out[0], out[1]}) {
            fd.close();
        }
    }

    private void readTo(ByteArrayOutputStream taken) {
        byte[] buffer = new byte[10_000];
        taken.write(buffer, 0, out[0].read(buffer, 0, buffer.length));
    }

    @Test
    void nothingIsLostWhenTheTakerIsSlow() {
        byte[] sent = new byte[300_000];
        new Random(1).nextBytes(sent);
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        Thread.ofPlatform()
                .start(
                        () -> {
                            in[1].setNonBlocking(false);
                            in[1].write(sent);
                            in[1].close();
                        });
        while (pump.waitsFor().isPresent()) {
            Poll.await(Deadline.NONE, pump.waitsFor().orElseThrow());
            pump.step();
            if (pump.isLoaded()) {
                readTo(taken);
            }
        }
        out[1].close();
        while (taken.size() < sent.length) {
            readTo(taken);
        }
        assertArrayEquals(sent, taken.toByteArray());
    }

    @Test
    void itWaitsForRoomOnlyWhenItHasSomething() {
        assertEquals(Optional.of(new Poll.Entry(in[0], Poll.POLLIN)), pump.waitsFor());
        in[1].write(new byte[64 * 1024]);
        pump.step();
        assertEquals(Optional.of(new Poll.Entry(in[0], Poll.POLLIN)), pump.waitsFor());
        in[1].write(new byte[] {1});
        assertEquals(1, pump.step());
        assertEquals(Optional.of(new Poll.Entry(out[1], Poll.POLLOUT)), pump.waitsFor());
        assertEquals(0, pump.step(), "no room");
        in[1].close();
        out[0].read(new byte[64 * 1024], 0, 64 * 1024);
        pump.step();
        assertEquals(0, pump.step());
        assertEquals(Optional.empty(), pump.waitsFor(), "ended");
    }

    @Test
    void aTakerThatIsGoneIsTold() {
        out[0].close();
        in[1].write(new byte[] {1});
        LinuxException e = assertThrows(LinuxException.class, pump::step);
        assertTrue(e.is(Errno.EPIPE), e.getMessage());
    }
}
