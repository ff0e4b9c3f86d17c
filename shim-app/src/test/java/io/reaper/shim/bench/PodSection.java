package io.reaper.shim.bench;

import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Pods of a sandbox and one container: what they take, and how fast they come and go. */
final class PodSection {
    private static final String GROUP = "io.containerd.runc.v2.group=";
    private static final String SANDBOX = "io.kubernetes.cri.container-type=sandbox";
    private static final String PAUSE = "/bin/pause";
    private static final String LIFE = "a pod from its first `ctr run` until it is deleted";

    private final Setup setup;
    private final BenchContainerd containerd;
    private int pods;

    PodSection(Setup setup, BenchContainerd containerd) {
        this.setup = setup;
        this.containerd = containerd;
    }

    void run(Findings findings) throws IOException {
        takePause();
        Table memory =
                new Table(
                        "pods",
                        "side",
                        "shims",
                        "PSS of shims / pod",
                        "PSS of pause / pod",
                        "PSS / pod",
                        "private dirty / pod",
                        "PSS / runc's",
                        "private dirty / runc's");
        Map<ShimPeer, List<String>> running = new EnumMap<>(ShimPeer.class);
        Processes.awaitNoShim();
        try {
            for (int count : setup.plan().counts()) {
                Setup.progress("memory of %d pods of both sides", count);
                for (ShimPeer shim : ShimPeer.values()) {
                    List<String> ids = running.computeIfAbsent(shim, _ -> new ArrayList<>());
                    while (ids.size() < 2 * count) {
                        ids.addAll(start(shim));
                    }
                }
                Processes.pause(setup.plan().settle());
                Row theirs = Row.read(ShimPeer.RUNC, count);
                Row.read(ShimPeer.REAPER, count).addTo(memory, "ours", theirs);
                theirs.addTo(memory, "runc's", theirs);
            }
        } finally {
            List<String> all = running.values().stream().flatMap(List::stream).toList();
            if (!all.isEmpty()) {
                containerd.remove(all);
            }
        }
        findings.add("### Pods");
        findings.add(
                """
                A pod is a sandbox and one container (`busybox sleep`), made by `ctr` with the annotations by which both \
                shims put containers into one daemon. MiB for each pod, %d s after the last request: what the shims and \
                the sandboxes' processes have, divided by the number of pods. The sandbox's program is the same small one \
                on both sides, ours from memory, the peer's from its root directory, which all its pods share.\
                """
                        .formatted(setup.plan().settle().toSeconds()));
        findings.add(memory);
        findings.add(lives());
    }

    private Table lives() {
        Map<ShimPeer, Samples> samples = new EnumMap<>(ShimPeer.class);
        Setup.progress(LIFE);
        for (int round = 0; round <= setup.plan().runRounds(); round++) {
            for (ShimPeer shim : ShimPeer.inRound(round)) {
                long begin = System.nanoTime();
                containerd.delete(start(shim));
                long nanos = System.nanoTime() - begin;
                Processes.awaitNoShim();
                if (round > 0) { // the first one warms up
                    samples.computeIfAbsent(shim, _ -> new Samples()).addMillis(nanos);
                }
            }
        }
        Samples ours = samples.get(ShimPeer.REAPER);
        Samples theirs = samples.get(ShimPeer.RUNC);
        return new Table("what, ms: median (minimum)", "rounds", "ours", "runc's", "ours / runc's")
                .row(
                        LIFE + ", four calls of `ctr`",
                        "" + setup.plan().runRounds(),
                        Table.summary(ours),
                        Table.summary(theirs),
                        Table.ratio(ours.median(), theirs.median()));
    }

    /** The placeholder of a sandbox of ours, for the peer's root directory. */
    private void takePause() throws IOException {
        List<String> ids = start(ShimPeer.REAPER);
        int pid = Row.pauses(ShimPeer.REAPER).getFirst();
        Setup.copy(Path.of("/proc/" + pid + "/exe"), setup.rootfs().resolve(PAUSE.substring(1)));
        containerd.remove(ids);
    }

    /** Ids of the container and of the sandbox, which ends last. */
    private List<String> start(ShimPeer shim) {
        String sandbox = setup.tag() + "-p" + ++pods;
        String container = sandbox + "-c";
        start(shim, sandbox, sandbox, List.of("--annotation", SANDBOX), PAUSE);
        start(shim, sandbox, container, List.of(), "/bin/busybox", "sleep", "10000");
        return List.of(container, sandbox);
    }

    private void start(
            ShimPeer shim, String pod, String id, List<String> options, String... command) {
        List<String> line =
                new ArrayList<>(
                        List.of("run", "--runtime", shim.runtime(), "--detach", "--null-io"));
        line.addAll(List.of("--annotation", GROUP + pod));
        line.addAll(options);
        line.addAll(List.of("--rootfs", setup.rootfs().toString(), id));
        line.addAll(List.of(command));
        containerd.ctr(line);
    }

    /** All that one side needs for so many pods, KiB. */
    private record Row(int pods, int shims, Processes.Memory daemons, Processes.Memory pauses) {

        static Row read(ShimPeer shim, int pods) {
            List<Integer> daemons = Processes.daemons(shim);
            List<Integer> pauses = pauses(shim);
            if (pauses.size() != pods) {
                throw new IllegalStateException(
                        "%d pods, but %d pauses: %s".formatted(pods, pauses.size(), shim));
            }
            return new Row(pods, daemons.size(), sum(daemons), sum(pauses));
        }

        static List<Integer> pauses(ShimPeer shim) {
            return Processes.named(shim == ShimPeer.REAPER ? "reaper-pause" : PAUSE);
        }

        private static Processes.Memory sum(List<Integer> pids) {
            return pids.stream()
                    .map(Processes::memory)
                    .reduce(new Processes.Memory(0, 0, 0, 0), Processes.Memory::plus);
        }

        double proportional() {
            return (daemons.proportional() + pauses.proportional()) / (double) pods;
        }

        double privateDirty() {
            return (daemons.privateDirty() + pauses.privateDirty()) / (double) pods;
        }

        void addTo(Table table, String name, Row peer) {
            table.row(
                    "" + pods,
                    name,
                    "" + shims,
                    Table.number(daemons.proportional() / 1024.0 / pods),
                    Table.number(pauses.proportional() / 1024.0 / pods),
                    Table.number(proportional() / 1024),
                    Table.number(privateDirty() / 1024),
                    Table.ratio(proportional(), peer.proportional()),
                    Table.ratio(privateDirty(), peer.privateDirty()));
        }
    }
}
