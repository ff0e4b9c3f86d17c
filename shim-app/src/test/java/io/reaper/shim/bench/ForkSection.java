package io.reaper.shim.bench;

import io.reaper.testing.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes that a container's life needs, counted by strace. */
final class ForkSection {
    private static final int LIVES = 3;

    /** A call's beginning; its end stands in a line of its own when others came between. */
    private static final Pattern FORK = Pattern.compile("\\d+ +(v?fork|clone3?)\\(.*");

    private static final Pattern EXECUTED =
            Pattern.compile("\\d+ +(execve(at)?\\(|<\\.\\.\\. execve(at)? resumed>).* = 0");

    private final Setup setup;

    ForkSection(Setup setup) {
        this.setup = setup;
    }

    void run(Findings findings) throws IOException {
        Setup.progress("processes of a container's life");
        Path trace = setup.directory().resolve("trace");
        List<String> strace =
                List.of(
                        Setup.find("strace").toString(),
                        "-D", // containerd stays our child
                        "-f",
                        "-qq",
                        "-e",
                        "trace=clone,clone3,fork,vfork,execve,execveat",
                        "-e",
                        "signal=none",
                        "-o",
                        trace.toString());
        List<String> forks = new ArrayList<>(List.of("processes made"));
        List<String> programs = new ArrayList<>(List.of("programs executed"));
        try (BenchContainerd containerd = new BenchContainerd(setup, "traced", Map.of(), strace)) {
            for (ShimPeer shim : ShimPeer.values()) {
                long begin = lines(trace).size();
                for (int i = 0; i < LIVES; i++) {
                    String id = "%s-f%d-%s".formatted(setup.tag(), i, shim);
                    containerd.ctr(
                            BenchContainerd.run(shim, id, List.of("--rm"), "/bin/busybox", "true"));
                    Processes.awaitNoShim();
                }
                List<String> life = lines(trace).stream().skip(begin).toList();
                forks.add(perLife(life.stream().filter(ForkSection::isFork)));
                programs.add(perLife(life.stream().filter(line -> matches(EXECUTED, line))));
            }
        }
        Table table = new Table("per container", "ours", "runc's");
        table.row(forks.toArray(String[]::new));
        table.row(programs.toArray(String[]::new));
        findings.add("### Processes of a container's life");
        findings.add(
                """
                Of %d `ctr run --rm … true` each, under strace: what containerd, the shim and its runtime fork, threads left \
                out, the container's own process included.\
                """
                        .formatted(LIVES));
        findings.add(table);
    }

    private static boolean isFork(String line) {
        return matches(FORK, line) && !line.contains("CLONE_THREAD");
    }

    private static boolean matches(Pattern pattern, String line) {
        return pattern.matcher(line).matches();
    }

    private static String perLife(Stream<String> lines) {
        return Table.number(lines.count() / (double) LIVES);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
    }
}
