package io.reaper.shim.bench;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Pidfd;
import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The runtimes' verbs, called as a shim calls them. */
final class VerbSection {
    static final String LIFE = "create + start + delete";
    private static final String EXEC = "exec … true";
    private static final String EXEC_DETACHED = "exec --detach --process FILE";
    private static final List<String> VERBS =
            List.of("create", "start", "state", EXEC, EXEC_DETACHED, "kill", "delete", LIFE);
    private static final List<String> PROGRAM = List.of("/bin/busybox", "sleep", "1000");

    private final Setup setup;
    private final Path directory;
    private final Commands commands;
    private final List<RuntimePeer> peers = new ArrayList<>();
    private final Map<String, Samples> samples = new LinkedHashMap<>();
    private final Path process;
    private int lives;

    VerbSection(Setup setup) {
        this.setup = setup;
        this.directory = Setup.inMemory("verbs");
        this.commands = setup.commands("verbs");
        this.process = directory.resolve("process.json");
    }

    /** The name of a value in {@link Findings}. */
    static String value(String runtime, BundleKind kind, String verb) {
        return "verb " + verb + " " + kind + " " + runtime;
    }

    void run(Findings findings) throws IOException {
        Setup.progress("verbs, %d rounds", setup.plan().verbRounds());
        Files.createDirectories(directory);
        Files.writeString(process, ExecSection.PROCESS);
        String missing = findPeers();
        for (int round = 0; round < setup.plan().verbRounds(); round++) {
            for (BundleKind kind : BundleKind.values()) {
                for (RuntimePeer peer : peers) {
                    life(peer, kind, samples);
                }
            }
            Collections.rotate(peers, 1); // nobody is always first
        }
        peers.sort((one, other) -> Integer.compare(rank(one), rank(other)));
        findings.add("### Verbs of the runtimes");
        findings.add(
                """
                Milliseconds of one command, median (minimum), of %d rounds; the container's program is `busybox sleep`. \
                All runtimes see a fresh cgroup2 mount. **Not like for like:** `reaper-runtime` gets the same bundle, but \
                in host mode it makes no namespaces and no mounts, and has none to join; the first table gives the peers \
                the least work that they can be given. `exec … true` ends with the program, `exec --detach`, a shim's way, \
                as soon as it runs.%s\
                """
                        .formatted(setup.plan().verbRounds(), missing));
        for (BundleKind kind : BundleKind.values()) {
            findings.add("Bundle with " + kind.text() + ":");
            findings.add(table(kind, findings));
        }
    }

    private static int rank(RuntimePeer peer) {
        return List.of(Setup.OUR_RUNTIME, "runc", "crun").indexOf(peer.name());
    }

    /** Keeps the runtimes that can run a container here; says which cannot. */
    private String findPeers() throws IOException {
        List<RuntimePeer> candidates = new ArrayList<>();
        candidates.add(
                new RuntimePeer(Setup.OUR_RUNTIME, setup.programs().resolve(Setup.OUR_RUNTIME)));
        StringBuilder missing = new StringBuilder();
        for (String name : List.of("runc", "crun")) {
            Setup.lookUp(name)
                    .ifPresentOrElse(
                            path -> candidates.add(new RuntimePeer(name, path)),
                            () -> missing.append(" There is no " + name + " here."));
        }
        for (RuntimePeer peer : candidates) {
            try {
                for (BundleKind kind : BundleKind.values()) {
                    kind.write(setup, bundle(peer, kind), cgroup(peer, kind), PROGRAM);
                    life(peer, kind, new LinkedHashMap<>()); // warms up
                }
                peers.add(peer);
            } catch (IllegalStateException e) {
                if (peer.name().equals(Setup.OUR_RUNTIME)) {
                    throw e;
                }
                Setup.progress("%s does not run here: %s", peer.name(), e.getMessage());
                missing.append(" " + peer.name() + " does not run here and is left out.");
            }
        }
        return missing.toString();
    }

    private Path bundle(RuntimePeer peer, BundleKind kind) {
        return directory.resolve(peer.name() + "-" + kind);
    }

    private String cgroup(RuntimePeer peer, BundleKind kind) {
        return "/" + setup.tag() + "/" + peer.name() + "-" + kind;
    }

    private void life(RuntimePeer peer, BundleKind kind, Map<String, Samples> into)
            throws IOException {
        String id = setup.tag() + "-" + ++lives;
        Path pidFile = directory.resolve("pid");
        String bundle = bundle(peer, kind).toString();
        long create =
                commands.time(
                        peer.line(
                                "create",
                                "--bundle",
                                bundle,
                                "--pid-file",
                                pidFile.toString(),
                                id));
        int pid = Integer.parseInt(Files.readString(pidFile).strip());
        try (Pidfd init = Pidfd.open(pid)) {
            long start = commands.time(peer.line("start", id));
            long state = commands.time(peer.line("state", id));
            long exec = commands.time(peer.line("exec", id, "/bin/busybox", "true"));
            long detached =
                    commands.time(
                            peer.line(
                                    "exec",
                                    "--detach",
                                    "--process",
                                    process.toString(),
                                    "--pid-file",
                                    pidFile.toString(),
                                    id));
            long kill = commands.time(peer.line("kill", id, "KILL"));
            if (!init.awaitExit(Deadline.after(Duration.ofSeconds(10)))) {
                throw new IllegalStateException(peer.name() + " kill left " + id + " alive");
            }
            long delete = commands.time(peer.line("delete", id));
            long sum = create + start + delete;
            long[] times = {create, start, state, exec, detached, kill, delete, sum};
            for (int i = 0; i < times.length; i++) {
                into.computeIfAbsent(value(peer.name(), kind, VERBS.get(i)), k -> new Samples())
                        .addMillis(times[i]);
            }
        }
    }

    private Table table(BundleKind kind, Findings findings) {
        List<String> head = new ArrayList<>(List.of("verb"));
        peers.forEach(peer -> head.add(peer.name()));
        peers.stream().skip(1).forEach(peer -> head.add("ours / " + peer.name()));
        Table table = new Table(head.toArray(String[]::new));
        for (String verb : VERBS) {
            List<String> row = new ArrayList<>(List.of(verb));
            double ours = samples.get(value(Setup.OUR_RUNTIME, kind, verb)).median();
            List<String> ratios = new ArrayList<>();
            for (RuntimePeer peer : peers) {
                String name = value(peer.name(), kind, verb);
                Samples measured = samples.get(name);
                findings.put(name, measured.median());
                row.add(Table.summary(measured));
                if (!peer.name().equals(Setup.OUR_RUNTIME)) {
                    ratios.add(Table.ratio(ours, measured.median()));
                }
            }
            row.addAll(ratios);
            table.row(row.toArray(String[]::new));
        }
        return table;
    }
}
