package io.reaper.shim.bench;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Measured values of one thing, in one unit. May be added to from several threads. */
final class Samples {
    private final List<Double> values = new CopyOnWriteArrayList<>();

    static Samples of(double... values) {
        Samples samples = new Samples();
        Arrays.stream(values).forEach(samples::add);
        return samples;
    }

    void add(double value) {
        values.add(value);
    }

    void addMillis(long nanos) {
        add(nanos / 1e6);
    }

    int count() {
        return values.size();
    }

    double minimum() {
        return sorted()[0];
    }

    double maximum() {
        return percentile(100);
    }

    double mean() {
        return Arrays.stream(sorted()).average().orElseThrow();
    }

    /** The value in the middle, or the mean of the two that are. */
    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * The smallest value that is not below the given share of all (nearest rank).
     *
     * @param percent above 0, at most 100
     */
    double percentile(double percent) {
        double[] sorted = sorted();
        return sorted[Math.max(0, (int) Math.ceil(percent / 100 * sorted.length) - 1)];
    }

    private double[] sorted() {
        if (values.isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }
}
