package io.reaper.testing;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Measured values of one thing, in one unit. May be added to from several threads. */
public final class Samples {
    private final List<Double> values = new CopyOnWriteArrayList<>();

    public static Samples of(double... values) {
        Samples samples = new Samples();
        Arrays.stream(values).forEach(samples::add);
        return samples;
    }

    public void add(double value) {
        values.add(value);
    }

    public void addMillis(long nanos) {
        add(nanos / 1e6);
    }

    public int count() {
        return values.size();
    }

    public double minimum() {
        return sorted()[0];
    }

    public double maximum() {
        return percentile(100);
    }

    public double mean() {
        return Arrays.stream(sorted()).average().orElseThrow();
    }

    /** The value in the middle, or the mean of the two that are. */
    public double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * The smallest value that is not below the given share of all (nearest rank).
     *
     * @param percent above 0, at most 100
     */
    public double percentile(double percent) {
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
