package io.reaper.shim.bench;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.terminal.Pty;
import io.reaper.proto.task.CloseIORequest;
import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How much a container's standard streams carry from and to a client of the shim. */
final class StreamSection {
    private static final String TERMINAL = "terminal: `dd` → client";
    private static final String PIPE = "pipes: client → `cat` → client";
    private static final String BARE = "bare";

    /** A terminal is that much slower. */
    private static final int TERMINAL_SHARE = 8;

    private static final int BLOCK = 64 << 10;
    private static final List<String> CAT = List.of("/bin/busybox", "cat");

    private final Setup setup;
    private final Path directory;
    private final Map<String, Samples> samples = new LinkedHashMap<>();
    private int containers;

    StreamSection(Setup setup) {
        this.setup = setup;
        this.directory = Setup.inMemory("streams");
    }

    void run(Findings findings, Map<ShimPeer, DirectShim> shims) throws IOException {
        Setup.progress("streams, %d times each", setup.plan().streamRounds());
        Files.createDirectories(directory);
        for (int round = 0; round <= setup.plan().streamRounds(); round++) {
            boolean counts = round > 0;
            for (ShimPeer peer : ShimPeer.inRound(round)) {
                add(TERMINAL, peer.toString(), terminal(shims.get(peer)), counts);
                add(PIPE, peer.toString(), pipes(shims.get(peer)), counts);
            }
            add(TERMINAL, BARE, bareTerminal(), counts);
            add(PIPE, BARE, barePipes(), counts);
        }
        Table table = new Table("stream", "rounds", "ours", "runc's", "no shim", "ours / runc's");
        for (String what : List.of(TERMINAL, PIPE)) {
            Samples ours = samples.get(value(what, ShimPeer.REAPER.toString()));
            Samples theirs = samples.get(value(what, ShimPeer.RUNC.toString()));
            table.row(
                    what,
                    "" + ours.count(),
                    summary(ours),
                    summary(theirs),
                    summary(samples.get(value(what, BARE))),
                    Table.ratio(ours.median(), theirs.median()));
        }
        findings.add("### Standard streams");
        findings.add(
                """
                10⁶ bytes a second, median (maximum): **more is better**. The client, the same for both, reads and writes the \
                FIFOs that it named to the shim, %d KiB at a time. %d MB through the terminal, counted from the first that \
                are read to the last; %d MB through `busybox cat`, from the first written to the last read. "No shim": the \
                same programs on a terminal and on pipes of the client's own. In host mode our shim gives the FIFOs to the \
                container's program; through a terminal every shim has to copy.\
                """
                        .formatted(
                                BLOCK >> 10, terminalBytes() / 1_000_000, pipeBytes() / 1_000_000));
        findings.add(table);
    }

    private static String summary(Samples measured) {
        return Table.number(measured.median()) + " (" + Table.number(measured.maximum()) + ")";
    }

    private long pipeBytes() {
        return setup.plan().streamMegabytes() * 1_000_000L;
    }

    private long terminalBytes() {
        return pipeBytes() / TERMINAL_SHARE;
    }

    /** Writes as much as is measured, of bytes that a terminal passes on as they are. */
    private List<String> writer() {
        return List.of(
                "/bin/busybox",
                "dd",
                "if=/dev/zero",
                "bs=1000",
                "count=" + terminalBytes() / 1000,
                "status=none");
    }

    private double terminal(DirectShim shim) throws IOException {
        String id = nextId();
        Path out = fifo(id + "-out");
        try (Fd reader = Fd.open(out, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK)) {
            shim.createContainer(
                    id,
                    BundleKind.DEFAULT, // it has the /dev/pts that the peer's runtime looks for
                    writer(),
                    new DirectShim.Streams("", out.toString(), "", true));
            reader.setNonBlocking(false);
            shim.start(id);
            double rate = Flow.read(reader, terminalBytes(), BLOCK);
            Flow.expectEnd(reader);
            shim.awaitEnd(id);
            shim.delete(id);
            return rate;
        }
    }

    private double pipes(DirectShim shim) throws IOException {
        String id = nextId();
        Path in = fifo(id + "-in");
        Path out = fifo(id + "-out");
        Path err = fifo(id + "-err");
        try (Fd reader = Fd.open(out, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
                Fd errors = Fd.open(err, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK)) {
            shim.createContainer(
                    id,
                    BundleKind.LEAST,
                    CAT,
                    new DirectShim.Streams(in.toString(), out.toString(), err.toString(), false));
            reader.setNonBlocking(false);
            double rate;
            try (Fd writer = Fd.open(in, OpenFlags.O_WRONLY)) {
                shim.start(id);
                rate = Flow.through(writer, reader, pipeBytes(), BLOCK);
            }
            shim.socket()
                    .call("CloseIO", CloseIORequest.newBuilder().setId(id).setStdin(true).build());
            Flow.expectEnd(reader);
            errors.setNonBlocking(false);
            Flow.expectEnd(errors);
            shim.awaitEnd(id);
            shim.delete(id);
            return rate;
        }
    }

    private double bareTerminal() {
        try (Pty pty = Pty.open()) {
            Fd slave = pty.slave();
            Child child =
                    Spawner.spawn(
                            SpawnRequest.of(writer(), List.of(), List.of(slave, slave, slave))
                                    .inNewSession());
            double rate = Flow.read(pty.master(), terminalBytes(), BLOCK);
            expectSuccess(child);
            return rate;
        }
    }

    private double barePipes() {
        Fd[] in = Fd.pipe(0);
        Fd[] out = Fd.pipe(0);
        try (Fd reader = out[0]) {
            Child child =
                    Spawner.spawn(SpawnRequest.of(CAT, List.of(), List.of(in[0], out[1], out[1])));
            in[0].close();
            out[1].close();
            double rate;
            try (Fd writer = in[1]) {
                rate = Flow.through(writer, reader, pipeBytes(), BLOCK);
            }
            Flow.expectEnd(reader);
            expectSuccess(child);
            return rate;
        }
    }

    private static void expectSuccess(Child child) {
        ExitStatus status = child.pidfd().await();
        child.pidfd().close();
        if (status.shellStatus() != 0) {
            throw new IllegalStateException("without a shim: " + status);
        }
    }

    private Path fifo(String name) {
        Path fifo = directory.resolve(name);
        LinuxFiles.mkfifo(fifo, 0600);
        return fifo;
    }

    private String nextId() {
        return setup.tag() + "-s" + ++containers;
    }

    private static String value(String what, String peer) {
        return what + " " + peer;
    }

    private void add(String what, String peer, double rate, boolean counts) {
        if (counts) {
            samples.computeIfAbsent(value(what, peer), key -> new Samples()).add(rate);
        }
    }
}
