package io.reaper.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A table as Markdown has it, of figures that were measured. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... head) {
        row(head);
        row(Arrays.stream(head).map(cell -> "---").toArray(String[]::new));
    }

    public Table row(String... cells) {
        if (!rows.isEmpty() && cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException(
                    "%d cells in a table of %d columns: %s"
                            .formatted(
                                    cells.length, rows.getFirst().size(), String.join(" ", cells)));
        }
        rows.add(Arrays.stream(cells).map(cell -> cell.replace("|", "\\|")).toList());
        return this;
    }

    /** Three digits or so: what the measurements are good for. */
    public static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Median and, in parentheses, minimum. */
    public static String summary(Samples samples) {
        return number(samples.median()) + " (" + number(samples.minimum()) + ")";
    }

    /** How many times as much ours is, for a reader: below 1 is better. */
    public static String ratio(double ours, double peers) {
        return peers == 0 ? "–" : String.format(Locale.ROOT, "%.2f", ours / peers);
    }

    @Override
    public String toString() {
        return rows.stream()
                .map(cells -> "| " + String.join(" | ", cells) + " |")
                .collect(Collectors.joining("\n"));
    }
}
