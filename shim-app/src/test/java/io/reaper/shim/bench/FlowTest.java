package io.reaper.shim.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import org.junit.jupiter.api.Test;

class FlowTest {
    private static final int BLOCK = 1 << 10;
    private static final int MANY = 1 << 20;

    private final Fd[] pipe = Fd.pipe(0);

    @Test
    void moreThanAPipeHoldsGoesThrough() {
        try (Fd reader = pipe[0]) {
            try (Fd writer = pipe[1]) {
                assertTrue(Flow.through(writer, reader, MANY, BLOCK) > 0);
            }
            Flow.expectEnd(reader);
        }
    }

    @Test
    void whatIsMissingIsNotARate() {
        try (Fd reader = pipe[0]) {
            try (Fd writer = pipe[1]) {
                writer.write(new byte[BLOCK]);
            }
            assertThrows(IllegalStateException.class, () -> Flow.read(reader, BLOCK + 1, BLOCK));
        }
    }

    @Test
    void whatIsTooMuchIsFound() {
        try (Fd reader = pipe[0];
                Fd writer = pipe[1]) {
            writer.write(new byte[2 * BLOCK + 1]);
            assertTrue(Flow.read(reader, 2 * BLOCK, BLOCK) > 0);
            assertThrows(IllegalStateException.class, () -> Flow.expectEnd(reader));
        }
    }
}
