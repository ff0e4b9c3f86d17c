package io.reaper.shim.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures and writes the page's generated part. */
final class Bench {
    private Bench() {}

    /**
     * Runs all parts.
     *
     * @param arguments a directory for everything that is made, a tag for names, the directory of
     *     our programs, what they were built from, the file for the result, full or quick
     */
    public static void main(String[] arguments) throws IOException {
        Plan plan = arguments[5].equals("quick") ? Plan.QUICK : Plan.FULL;
        Setup setup = new Setup(Path.of(arguments[0]), arguments[1], plan);
        requirePrivateNode(setup);
        setup.makeRootfs();
        setup.copyPrograms(Path.of(arguments[2]));
        Findings findings = new Findings();
        findings.add(new Machine(setup).table(arguments[3]));
        try (BenchContainerd containerd = new BenchContainerd(setup, "containerd")) {
            Setup.progress("memory of the shims");
            new MemorySection(setup).run(findings, containerd);
            new RunSection(setup, containerd).run(findings);
        }
        CgroupView.unify(setup);
        Setup.progress("verbs of the runtimes");
        new VerbSection(setup).run(findings);
        Files.writeString(Path.of(arguments[4]), findings + "\n");
    }

    /** What is mounted and started here must not be the machine's. bench.sh leaves the sign. */
    private static void requirePrivateNode(Setup setup) {
        if (!Files.exists(Path.of("/run", setup.tag()))) {
            throw new IllegalStateException("not in a node of its own: use scripts/bench.sh");
        }
    }
}
