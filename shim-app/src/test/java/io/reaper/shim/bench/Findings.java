package io.reaper.shim.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What a run has found: text with tables for the reader, and values for the bars. */
final class Findings {
    private final List<String> parts = new ArrayList<>();
    private final Map<String, Double> values = new LinkedHashMap<>();

    /** Adds a part of the page; empty lines are put between parts. */
    void add(Object part) {
        parts.add(part.toString().strip());
    }

    void put(String name, double value) {
        values.put(name, value);
    }

    /** Empty if it was not measured: the peer is missing, or the run was a quick one. */
    OptionalDouble value(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    @Override
    public String toString() {
        return String.join("\n\n", parts);
    }
}
