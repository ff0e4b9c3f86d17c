package io.reaper.shim.bench;

import io.reaper.linux.process.Child;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.signal.Signals;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How fast a shim tells that a container has ended. */
final class EndSection {
    static final String EXIT_WAIT = "exit → Wait answered";
    private static final String EXIT_EVENT = "exit → event";
    private static final String KILL_EVENT = "Kill sent → event";
    private static final String KILL_WAIT = "Kill sent → Wait answered";
    private static final int WARM_UP = 4;

    private final Setup setup;
    private final Commands commands;
    private final Samples bare = new Samples();
    private final Map<String, Samples> samples = new LinkedHashMap<>();

    EndSection(Setup setup) {
        this.setup = setup;
        this.commands = setup.commands("ends");
    }

    /** The name of a value in {@link Findings}: the 99th percentile, ms. */
    static String value(ShimPeer shim, String what) {
        return "end " + what + " " + shim;
    }

    void run(Findings findings, Map<ShimPeer, DirectShim> shims) throws Exception {
        Setup.progress("ends of %d containers each", setup.plan().lives());
        for (int i = -WARM_UP; i < setup.plan().lives(); i++) {
            for (ShimPeer shim : ShimPeer.inRound(Math.floorDiv(i, 2))) {
                String id = "%s-e%d-%s".formatted(setup.tag(), i + WARM_UP, shim);
                end(shim, shims.get(shim), id, i % 2 == 0, i >= 0);
            }
            endOfChild(i >= 0 && i % 2 != 0);
        }
        Table table =
                new Table(
                        "what",
                        "containers",
                        "ours p50 (minimum)",
                        "ours p99",
                        "runc's p50 (minimum)",
                        "runc's p99",
                        "ours / runc's p50",
                        "p99");
        for (String what : List.of(EXIT_WAIT, EXIT_EVENT, KILL_EVENT, KILL_WAIT)) {
            Samples ours = samples.get(value(ShimPeer.REAPER, what));
            Samples theirs = samples.get(value(ShimPeer.RUNC, what));
            table.row(
                    what,
                    "" + ours.count(),
                    Table.summary(ours),
                    Table.number(ours.percentile(99)),
                    Table.summary(theirs),
                    Table.number(theirs.percentile(99)),
                    Table.ratio(ours.median(), theirs.median()),
                    Table.ratio(ours.percentile(99), theirs.percentile(99)));
        }
        Arrays.stream(ShimPeer.values())
                .forEach(
                        shim ->
                                findings.put(
                                        value(shim, EXIT_WAIT),
                                        samples.get(value(shim, EXIT_WAIT)).percentile(99)));
        findings.add("### A container's end");
        findings.add(
                """
                Milliseconds, by the same blocking TTRPC client, without containerd. "Exit" is the moment before kill(2) \
                sends SIGKILL to the container's only process, so that the kernel's part is in it: the end of the process \
                and, with runc, of its mount namespace. "Kill sent" is the moment before the request Task.Kill is written, \
                for which each shim runs its runtime. An answer or event counts when its last byte has been read. \
                For scale, what the machine takes without a shim, from SIGKILL to a `busybox sleep` until waitid(2) returns \
                to its parent: p50 %s, p99 %s.\
                """
                        .formatted(Table.number(bare.median()), Table.number(bare.percentile(99))));
        findings.add(table);
    }

    private void end(ShimPeer peer, DirectShim shim, String id, boolean byRequest, boolean counts)
            throws Exception {
        int pid = shim.startContainer(id);
        TtrpcSocket socket = shim.socket();
        int wait = socket.send("Wait", WaitRequest.newBuilder().setId(id).build());
        // answered after Wait was read; and some time for it to be taken up
        socket.call("State", StateRequest.newBuilder().setId(id).build());
        Processes.pause(Duration.ofMillis(5));
        long begin;
        long answered = 0;
        try (Pidfd init = Pidfd.open(pid)) {
            if (byRequest) {
                KillRequest kill =
                        KillRequest.newBuilder().setId(id).setSignal(Signals.SIGKILL).build();
                begin = System.nanoTime();
                socket.send("Kill", kill);
            } else {
                begin = System.nanoTime();
                init.signal(Signals.SIGKILL);
            }
        }
        for (int answers = byRequest ? 2 : 1; answers > 0; answers--) {
            TtrpcSocket.Frame answer = socket.receive();
            TtrpcSocket.payload("Wait or Kill", answer);
            if (answer.stream() == wait) {
                answered = answer.nanos();
            }
        }
        long told = shim.events().exitOf(id);
        shim.delete(id);
        if (counts) {
            add(peer, byRequest ? KILL_WAIT : EXIT_WAIT, answered - begin);
            add(peer, byRequest ? KILL_EVENT : EXIT_EVENT, told - begin);
        }
    }

    private void endOfChild(boolean counts) {
        Child child = commands.start(DirectShim.PROGRAM, Path.of("/"));
        Processes.pause(Duration.ofMillis(5));
        long begin = System.nanoTime();
        child.pidfd().signal(Signals.SIGKILL);
        child.pidfd().await();
        long end = System.nanoTime();
        child.pidfd().close();
        if (counts) {
            bare.addMillis(end - begin);
        }
    }

    private void add(ShimPeer shim, String what, long nanos) {
        samples.computeIfAbsent(value(shim, what), key -> new Samples()).addMillis(nanos);
    }
}
