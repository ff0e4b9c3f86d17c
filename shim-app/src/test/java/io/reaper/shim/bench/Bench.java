package io.reaper.shim.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Measures and writes the page's generated part. */
final class Bench {
    private static final Set<String> PARTS =
            Set.of("memory", "pods", "runs", "ends", "execs", "streams", "idle", "forks", "verbs");

    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final Setup setup;
    private final Set<String> wanted;
    private final ExecSection execs;
    private final Findings findings = new Findings();

    private Bench(Setup setup, Set<String> wanted) {
        this.setup = setup;
        this.wanted = wanted;
        this.execs = new ExecSection(setup);
    }

    /**
     * Runs the parts.
     *
     * @param arguments a directory for everything that is made, a tag for names, the directory of
     *     our programs, what they were built from, the file for the result, full or quick, the
     *     parts with commas between or "all"
     */
    public static void main(String[] arguments) throws Exception {
        Path programs = Path.of(arguments[2]);
        Plan plan = arguments[5].equals("quick") ? Plan.QUICK : Plan.FULL;
        if (!Machine.isExecutable(programs.resolve(Setup.OUR_RUNTIME))) {
            Setup.progress("programs in JVM mode: few rounds");
            plan = Plan.OF_LAUNCHERS;
        }
        Setup setup = new Setup(Path.of(arguments[0]), arguments[1], plan);
        requirePrivateNode(setup);
        Thread.ofPlatform().daemon().start(Bench::endAfterAll);
        Set<String> wanted =
                arguments[6].equals("all") ? PARTS : Set.of(arguments[6].split(",", -1));
        if (!PARTS.containsAll(wanted)) {
            throw new IllegalArgumentException("parts are " + PARTS + ", not " + wanted);
        }
        setup.makeRootfs();
        setup.copyPrograms(programs);
        Bench bench = new Bench(setup, wanted);
        bench.findings.add(new Machine(setup).table(arguments[3]));
        bench.withContainerd();
        bench.withShims();
        if (bench.wants("forks")) {
            new ForkSection(setup).run(bench.findings);
        }
        if (bench.wants("verbs")) {
            CgroupView.unify(setup); // for the rest of this process's life: so it comes last
            new VerbSection(setup).run(bench.findings);
        }
        Bars.judge(bench.findings);
        Files.writeString(Path.of(arguments[4]), bench.findings + "\n");
    }

    /** A shim that does not answer would keep us for ever. */
    private static void endAfterAll() {
        Processes.pause(LONGEST);
        Setup.progress("no end within %d minutes", LONGEST.toMinutes());
        Runtime.getRuntime().halt(1);
    }

    private boolean wants(String part) {
        return wanted.contains(part);
    }

    private void withContainerd() throws IOException {
        if (Stream.of("memory", "pods", "runs", "execs").noneMatch(this::wants)) {
            return;
        }
        try (BenchContainerd containerd = new BenchContainerd(setup, "containerd")) {
            if (wants("memory")) {
                new MemorySection(setup).run(findings, containerd);
            }
            if (wants("pods")) {
                new PodSection(setup, containerd).run(findings);
            }
            if (wants("runs")) {
                new RunSection(setup, containerd).run(findings);
            }
            if (wants("execs")) {
                execs.byClient(containerd);
            }
        }
    }

    private void withShims() throws Exception {
        if (Stream.of("ends", "execs", "streams", "idle").noneMatch(this::wants)) {
            return;
        }
        Map<ShimPeer, DirectShim> shims = new EnumMap<>(ShimPeer.class);
        for (ShimPeer shim : ShimPeer.values()) {
            shims.put(shim, new DirectShim(setup, shim));
        }
        if (wants("ends")) {
            new EndSection(setup).run(findings, shims);
        }
        if (wants("execs")) {
            execs.run(findings, shims);
        }
        if (wants("streams")) {
            new StreamSection(setup).run(findings, shims);
        }
        if (wants("idle")) {
            new IdleSection(setup).run(findings, shims);
        }
        for (DirectShim shim : shims.values()) {
            shim.close();
        }
    }

    /** What is mounted and started here must not be the machine's. bench.sh leaves the sign. */
    private static void requirePrivateNode(Setup setup) {
        if (!Files.exists(Path.of("/run", setup.tag()))) {
            throw new IllegalStateException("not in a node of its own: use scripts/bench.sh");
        }
    }
}
