package io.reaper.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void theMiddleOfAnOddAndOfAnEvenNumber() {
        assertEquals(3, Samples.of(9, 1, 3).median());
        assertEquals(2.5, Samples.of(4, 1, 3, 2).median());
        assertEquals(1, Samples.of(9, 1, 3).minimum());
        assertEquals(9, Samples.of(9, 1, 3).maximum());
        assertEquals(2.5, Samples.of(4, 1, 3, 2).mean());
    }

    @Test
    void aPercentileIsOneOfTheValues() {
        Samples samples = new Samples();
        for (int i = 200; i > 0; i--) {
            samples.add(i);
        }
        assertEquals(100, samples.percentile(50));
        assertEquals(198, samples.percentile(99));
        assertEquals(200, samples.percentile(100));
        assertEquals(7, Samples.of(7).percentile(1));
    }

    @Test
    void nothingMeasuredIsAnError() {
        assertThrows(IllegalStateException.class, () -> new Samples().median());
    }
}
