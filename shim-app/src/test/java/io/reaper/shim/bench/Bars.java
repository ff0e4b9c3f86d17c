package io.reaper.shim.bench;

import io.reaper.testing.Table;
import java.util.List;
import java.util.OptionalDouble;

/** What the project has set itself, and whether this run met it. */
final class Bars {
    private final Findings findings;
    private final Table table =
            new Table("what", "measured", "must be", "", "measured", "shall be", "");

    private Bars(Findings findings) {
        this.findings = findings;
    }

    static void judge(Findings findings) {
        Bars bars = new Bars(findings);
        for (String verb : List.of("state", "start", "kill", "delete")) {
            bars.verb(verb, 1);
        }
        bars.verb(VerbSection.LIFE, 0.5);
        bars.ratio(
                RunSection.SINGLE,
                RunSection.value(ShimPeer.REAPER, RunSection.SINGLE),
                RunSection.value(ShimPeer.RUNC, RunSection.SINGLE),
                0.8,
                0.5);
        for (int count : Plan.FULL.counts()) {
            bars.ratio(
                    "PSS of a shim, " + count + " running",
                    MemorySection.proportional(ShimPeer.REAPER, count),
                    MemorySection.proportional(ShimPeer.RUNC, count),
                    1,
                    count == 1 ? 0.7 : 0.5);
        }
        for (int count : Plan.FULL.counts()) {
            bars.ratio(
                    "private dirty of a shim, " + count + " running",
                    MemorySection.privateDirty(ShimPeer.REAPER, count),
                    MemorySection.privateDirty(ShimPeer.RUNC, count),
                    1.5,
                    1);
        }
        OptionalDouble wait =
                findings.value(EndSection.value(ShimPeer.REAPER, EndSection.EXIT_WAIT));
        bars.row(EndSection.EXIT_WAIT + ", p99", wait, 2, wait, 0.5, " ms");
        findings.add("### Bars");
        findings.add(
                """
                Ratios ours / runc's of the medians above, `×`; the verbs' "shall" is against crun. Verbs: the bundle with \
                the fewest namespaces.\
                """);
        findings.add(bars.table);
    }

    private void verb(String verb, double must) {
        String ours = VerbSection.value(Setup.OUR_RUNTIME, BundleKind.LEAST, verb);
        row(
                verb,
                quotient(ours, VerbSection.value("runc", BundleKind.LEAST, verb)),
                must,
                quotient(ours, VerbSection.value("crun", BundleKind.LEAST, verb)),
                1,
                " ×");
    }

    private void ratio(String what, String ours, String theirs, double must, double shall) {
        OptionalDouble ratio = quotient(ours, theirs);
        row(what, ratio, must, ratio, shall, " ×");
    }

    private void row(
            String what,
            OptionalDouble measured,
            double must,
            OptionalDouble measuredToo,
            double shall,
            String unit) {
        table.row(
                what,
                text(measured, unit),
                "≤ " + must + unit,
                verdict(measured, must, "**missed**"),
                text(measuredToo, unit),
                "≤ " + shall + unit,
                verdict(measuredToo, shall, "missed"));
    }

    private OptionalDouble quotient(String ours, String theirs) {
        OptionalDouble mine = findings.value(ours);
        OptionalDouble other = findings.value(theirs);
        return mine.isEmpty() || other.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(mine.getAsDouble() / other.getAsDouble());
    }

    private static String text(OptionalDouble value, String unit) {
        return value.isEmpty() ? "–" : Table.number(value.getAsDouble()) + unit;
    }

    private static String verdict(OptionalDouble value, double limit, String missed) {
        if (value.isEmpty()) {
            return "not measured";
        }
        return value.getAsDouble() <= limit ? "met" : missed;
    }
}
