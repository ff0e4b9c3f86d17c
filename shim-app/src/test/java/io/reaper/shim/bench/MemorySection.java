package io.reaper.shim.bench;

import io.reaper.testing.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Memory of shims that have nothing to do, one for each running container. */
final class MemorySection {
    private final Setup setup;

    MemorySection(Setup setup) {
        this.setup = setup;
    }

    /** The names of values in {@link Findings}: means over all shims, KiB. */
    static String proportional(ShimPeer shim, int count) {
        return "pss " + shim + " " + count;
    }

    static String privateDirty(ShimPeer shim, int count) {
        return "dirty " + shim + " " + count;
    }

    void run(Findings findings, BenchContainerd containerd) throws IOException {
        Table table =
                new Table(
                        "containers",
                        "shim",
                        "RSS",
                        "PSS",
                        "private dirty",
                        "threads",
                        "PSS / runc's",
                        "private dirty / runc's");
        List<List<Row>> trimmed = measure(containerd, List.of(ShimPeer.values()));
        List<List<Row>> untrimmed;
        try (BenchContainerd second =
                new BenchContainerd(
                        setup, "untrimmed", Map.of("REAPER_SHIM_TRIM", "off"), List.of())) {
            untrimmed = measure(second, List.of(ShimPeer.REAPER));
        }
        for (int i = 0; i < setup.plan().counts().size(); i++) {
            int count = setup.plan().counts().get(i);
            for (Row row : trimmed.get(i)) {
                findings.put(proportional(row.shim(), count), row.proportional());
                findings.put(privateDirty(row.shim(), count), row.privateDirty());
            }
            Row ours = trimmed.get(i).getFirst();
            Row theirs = trimmed.get(i).getLast();
            ours.addTo(table, count, "ours", theirs);
            untrimmed.get(i).getFirst().addTo(table, count, "ours, untrimmed", theirs);
            theirs.addTo(table, count, "runc's", theirs);
        }
        findings.add("### Memory of the shims");
        findings.add(
                """
                MiB each, the mean over all shims of the kind, %d s after the last request; one shim for each running \
                container, whose program is `busybox sleep`. "Untrimmed" is `REAPER_SHIM_TRIM=off`, in a containerd of its \
                own afterwards. Programs of both sides are copies that nobody else on the machine runs. PSS divides a page \
                by the number of processes that map it; private dirty is what no other process maps and no file holds.\
                """
                        .formatted(setup.plan().settle().toSeconds()));
        findings.add(table);
    }

    private record Row(ShimPeer shim, List<Processes.Memory> daemons) {
        double mean(ToLongFunction<Processes.Memory> part) {
            return daemons.stream().mapToLong(part).average().orElseThrow();
        }

        double proportional() {
            return mean(Processes.Memory::proportional);
        }

        double privateDirty() {
            return mean(Processes.Memory::privateDirty);
        }

        void addTo(Table table, int count, String name, Row peer) {
            table.row(
                    "" + count,
                    name,
                    Table.number(mean(Processes.Memory::rss) / 1024),
                    Table.number(proportional() / 1024),
                    Table.number(privateDirty() / 1024),
                    Table.number(mean(Processes.Memory::threads)),
                    Table.ratio(proportional(), peer.proportional()),
                    Table.ratio(privateDirty(), peer.privateDirty()));
        }
    }

    /** For each count what the shims have; containers are added, none is started anew. */
    private List<List<Row>> measure(BenchContainerd containerd, List<ShimPeer> shims) {
        List<String> ids = new ArrayList<>();
        List<List<Row>> all = new ArrayList<>();
        Processes.awaitNoShim();
        try {
            int running = 0;
            for (int count : setup.plan().counts()) {
                Setup.progress("memory of %d shims of %s", count, shims);
                for (; running < count; running++) {
                    for (ShimPeer shim : shims) {
                        String id = "%s-m%d-%s".formatted(setup.tag(), running, shim);
                        ids.add(id);
                        containerd.ctr(
                                BenchContainerd.run(
                                        shim,
                                        id,
                                        List.of("--detach", "--null-io"),
                                        "/bin/busybox",
                                        "sleep",
                                        "10000"));
                    }
                }
                Processes.pause(setup.plan().settle());
                all.add(shims.stream().map(shim -> read(shim, count)).toList());
            }
        } finally {
            if (!ids.isEmpty()) {
                containerd.remove(ids);
            }
        }
        return all;
    }

    private static Row read(ShimPeer shim, int count) {
        List<Integer> daemons = Processes.daemons(shim);
        if (daemons.size() != count) {
            throw new IllegalStateException(
                    "%d containers, but %d shims: %s".formatted(count, daemons.size(), shim));
        }
        return new Row(shim, daemons.stream().map(Processes::memory).toList());
    }
}
