package io.reaper.k8s.cri;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import io.reaper.testing.TestCgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How fast pods come and go by CRI, ours beside runc's: a part of scripts/bench.sh. */
final class PodBench {
    private static final String NONE = "";

    private final CriNode node;
    private final String tag;
    private final int rounds;
    private final Map<String, Map<Step, Samples>> steps = new HashMap<>();
    private final Map<String, Samples> restarts = new HashMap<>();
    private int made;

    /** What the kubelet asks for in a pod's life, in its order. */
    private enum Step {
        SANDBOX("RunPodSandbox"),
        CONTAINER("CreateContainer, StartContainer"),
        EXEC("ExecSync of `true`"),
        DELETION("StopContainer without a grace period, StopPodSandbox, RemovePodSandbox"),
        LIFE("all of them");

        private final String calls;

        Step(String calls) {
            this.calls = calls;
        }
    }

    private PodBench(CriNode node, String tag, int rounds) {
        this.node = node;
        this.tag = tag;
        this.rounds = rounds;
    }

    /**
     * Measures; the programs are those of the system property reaper.bin.
     *
     * @param arguments a tag for the names of cgroups, the number of lives of pods, of pods that a
     *     containerd is restarted beside, of such restarts, and the file for the section
     */
    public static void main(String[] arguments) throws IOException {
        String tag = arguments[0];
        int rounds = Integer.parseInt(arguments[1]);
        int pods = Integer.parseInt(arguments[2]);
        int restarts = Integer.parseInt(arguments[3]);
        TestCgroups.make(tag);
        try (CriNode node = new CriNode(ContainerdRelease.V1_6, false)) {
            PodBench bench = new PodBench(node, tag, rounds);
            bench.lives();
            bench.restarts(pods, restarts);
            Files.writeString(Path.of(arguments[4]), bench.section(pods, restarts));
        } finally {
            TestCgroups.remove(tag);
        }
    }

    private void lives() {
        for (int round = 0; round <= rounds; round++) {
            for (String runtime : inRound(round)) {
                Map<Step, Long> life = life(runtime);
                if (round > 0) { // the first one warms up
                    Map<Step, Samples> samples =
                            steps.computeIfAbsent(runtime, _ -> new EnumMap<>(Step.class));
                    life.forEach(
                            (step, nanos) ->
                                    samples.computeIfAbsent(step, _ -> new Samples())
                                            .addMillis(nanos));
                }
            }
        }
    }

    private static List<String> inRound(int round) {
        return round % 2 == 0
                ? List.of(PodSpec.REAPER, PodSpec.RUNC)
                : List.of(PodSpec.RUNC, PodSpec.REAPER);
    }

    private Map<Step, Long> life(String runtime) {
        Map<Step, Long> nanos = new EnumMap<>(Step.class);
        long begin = System.nanoTime();
        CriPod pod = sandbox(runtime);
        long sandboxed = System.nanoTime();
        pod.startContainers();
        long started = System.nanoTime();
        int status = pod.exec("main", List.of("/bin/busybox", "true")).exitCode();
        long executed = System.nanoTime();
        pod.delete(Duration.ZERO);
        long deleted = System.nanoTime();
        if (status != 0) {
            throw new IllegalStateException("the exec ended with " + status);
        }
        nanos.put(Step.SANDBOX, sandboxed - begin);
        nanos.put(Step.CONTAINER, started - sandboxed);
        nanos.put(Step.EXEC, executed - started);
        nanos.put(Step.DELETION, deleted - executed);
        nanos.put(Step.LIFE, deleted - begin);
        return nanos;
    }

    private CriPod sandbox(String runtime) {
        PodSpec spec =
                PodSpec.of(
                                "bench-" + ++made,
                                ContainerSpec.of("main", "/bin/busybox", "sleep", "10000"))
                        .withRuntime(runtime)
                        .withGrace(Duration.ZERO);
        return CriPod.make(node, tag, spec);
    }

    /** With the pods of one side at a time, and once without any. */
    private void restarts(int count, int times) {
        for (String runtime : List.of(NONE, PodSpec.REAPER, PodSpec.RUNC)) {
            List<CriPod> pods = new ArrayList<>();
            try {
                while (!runtime.isEmpty() && pods.size() < count) {
                    CriPod pod = sandbox(runtime);
                    pods.add(pod);
                    pod.startContainers();
                }
                for (int i = 0; i < times; i++) {
                    node.killContainerd();
                    long begin = System.nanoTime();
                    node.startContainerd();
                    long nanos = System.nanoTime() - begin;
                    if (!pods.stream().allMatch(PodBench::isUp)) {
                        throw new IllegalStateException("not all pods of " + runtime + " are up");
                    }
                    restarts.computeIfAbsent(runtime, _ -> new Samples()).addMillis(nanos);
                }
            } finally {
                pods.forEach(CriPod::close);
            }
        }
    }

    private static boolean isUp(CriPod pod) {
        return pod.isReady() && pod.status("main").isRunning();
    }

    private String section(int pods, int times) {
        Table table =
                new Table(
                        "what, ms: median (minimum)", "rounds", "ours", "runc's", "ours / runc's");
        for (Step step : Step.values()) {
            row(
                    table,
                    step.calls,
                    steps.get(PodSpec.REAPER).get(step),
                    steps.get(PodSpec.RUNC).get(step));
        }
        row(
                table,
                "containerd started beside %d pods, until CRI answers and all are up"
                        .formatted(pods),
                restarts.get(PodSpec.REAPER),
                restarts.get(PodSpec.RUNC));
        return """
        ### Pods by CRI

        Milliseconds between the call and its answer, as the kubelet waits for them; the sides take turns. A pod is in \
        the node's network and has one container, `busybox sleep`. **Not like for like:** runc's pods get namespaces, \
        mounts, limits and filters of system calls, ours get none. For the last row containerd was killed %d times; \
        without a pod its start takes %s.

        %s
        """
                .formatted(times, Table.summary(restarts.get(NONE)), table);
    }

    private static void row(Table table, String what, Samples ours, Samples theirs) {
        table.row(
                what,
                "" + ours.count(),
                Table.summary(ours),
                Table.summary(theirs),
                Table.ratio(ours.median(), theirs.median()));
    }
}
