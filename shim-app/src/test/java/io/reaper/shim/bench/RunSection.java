package io.reaper.shim.bench;

import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Containers by `ctr run --rm`, that is with containerd, a shim and a runtime. */
final class RunSection {
    static final String SINGLE = "`ctr run --rm … true`";
    static final String SINGLE_LEAST = "the same, bundle with a mount namespace and /proc only";
    private static final String[] TRUE = {"/bin/busybox", "true"};

    private final Setup setup;
    private final BenchContainerd containerd;
    private int containers;

    RunSection(Setup setup, BenchContainerd containerd) {
        this.setup = setup;
        this.containerd = containerd;
    }

    /** The name of a value in {@link Findings}. */
    static String value(ShimPeer shim, String what) {
        return "run " + what + " " + shim;
    }

    void run(Findings findings) throws IOException {
        Plan plan = setup.plan();
        Table table =
                new Table(
                        "what",
                        "containers",
                        "io.containerd.reaper.v2",
                        "io.containerd.runc.v2",
                        "ours / runc's");
        row(table, findings, SINGLE, plan.runRounds(), shim -> containerd.ctr(standard(shim)));
        Path config = setup.directory().resolve("least");
        BundleKind.LEAST.write(setup, config, "/" + setup.tag() + "/least", List.of(TRUE));
        row(
                table,
                findings,
                SINGLE_LEAST,
                plan.runRounds(),
                shim -> containerd.ctr(least(shim, config.resolve("config.json"))));
        row(
                table,
                findings,
                plan.burst() + " started at once, until all have ended",
                plan.burstRounds(),
                this::burst);
        row(table, findings, plan.sequence() + " one after another", 1, this::sequence);
        findings.add("### Containers by containerd");
        findings.add(
                """
                Milliseconds of wall time, median (minimum), each shim with its own runtime, in turns. Before a single run \
                or a burst starts, the clean-up of the one before has ended; in a row of containers it goes on beside the \
                next one. **Not like for like:** containers of runc's shim get namespaces and mounts, five namespaces \
                unless it says otherwise; ours get none.\
                """);
        findings.add(table);
    }

    /** Measures in turns; the first turn warms up and does not count. */
    private void row(
            Table table,
            Findings findings,
            String what,
            int rounds,
            Function<ShimPeer, Long> measurement) {
        Setup.progress("%s, %d times each", what, rounds);
        Map<ShimPeer, Samples> samples =
                Arrays.stream(ShimPeer.values())
                        .collect(Collectors.toMap(Function.identity(), shim -> new Samples()));
        for (int round = rounds == 1 ? 1 : 0; round <= rounds; round++) {
            for (ShimPeer shim : ShimPeer.inRound(round)) {
                Processes.awaitNoShim();
                long nanos = measurement.apply(shim);
                if (round > 0) {
                    samples.get(shim).addMillis(nanos);
                }
            }
        }
        samples.forEach((shim, measured) -> findings.put(value(shim, what), measured.median()));
        Samples ours = samples.get(ShimPeer.REAPER);
        Samples theirs = samples.get(ShimPeer.RUNC);
        table.row(
                what,
                "" + rounds,
                Table.summary(ours),
                Table.summary(theirs),
                Table.ratio(ours.median(), theirs.median()));
    }

    private List<String> standard(ShimPeer shim) {
        return BenchContainerd.run(shim, nextId(), List.of("--rm"), TRUE);
    }

    private List<String> least(ShimPeer shim, Path config) {
        return List.of(
                "run",
                "--rm",
                "--runtime",
                shim.runtime(),
                "--config",
                config.toString(),
                nextId());
    }

    private long burst(ShimPeer shim) {
        List<List<String>> lines = new ArrayList<>();
        for (int i = 0; i < setup.plan().burst(); i++) {
            lines.add(containerd.line(standard(shim)));
        }
        List<Child> children = new ArrayList<>();
        long begin = System.nanoTime();
        lines.forEach(line -> children.add(containerd.clients().start(line, Path.of("/"))));
        int failed = 0;
        for (Child child : children) {
            ExitStatus status = child.pidfd().await();
            child.pidfd().close();
            failed += status.shellStatus() == 0 ? 0 : 1;
        }
        long nanos = System.nanoTime() - begin;
        if (failed > 0) {
            throw new IllegalStateException(
                    failed + " of " + children.size() + " containers at once failed with " + shim);
        }
        return nanos;
    }

    private long sequence(ShimPeer shim) {
        long begin = System.nanoTime();
        for (int i = 0; i < setup.plan().sequence(); i++) {
            containerd.ctr(standard(shim));
        }
        return System.nanoTime() - begin;
    }

    private String nextId() {
        return setup.tag() + "-r" + ++containers;
    }
}
