package io.reaper.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** A document with a million names costs what one with a million values does. */
class LargeDocumentTest {

    private static final int NAMES = 900_000;
    private static final long SLACK = 200_000_000; // ns

    private static byte[] document(IntFunction<String> name) {
        StringBuilder json =
                new StringBuilder(
                        """
                        {"ociVersion":"1.2.0","process":{"args":["a"],"cwd":"/"},"x":{\
                        """);
        for (int i = 0; i < NAMES; i++) {
            json.append(i == 0 ? "" : ",").append('"').append(name.apply(i)).append("\":1");
        }
        return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static long nanoseconds(byte[] document) {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        Spec spec = SpecReader.read("config.json", document);
        assertEquals("1.2.0", spec.ociVersion());
        return threads.getCurrentThreadCpuTime() - before;
    }

    @Test
    void differentNamesCostNoMoreThanEqualOnes() {
        byte[] different = document(i -> "k" + (1_000_000 + i));
        byte[] equal = document(i -> "k" + (1_000_000 + i % 10));
        assertEquals(equal.length, different.length);
        nanoseconds(equal); // compiled from now on
        long expected = nanoseconds(equal);
        long actual = nanoseconds(different);
        assertTrue(
                actual < 2 * expected + SLACK,
                () -> actual / 1_000_000 + " ms, of equal names " + expected / 1_000_000 + " ms");
    }
}
