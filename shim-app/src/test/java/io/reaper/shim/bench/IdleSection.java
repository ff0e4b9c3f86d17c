package io.reaper.shim.bench;

import io.reaper.linux.process.Pidfd;
import io.reaper.linux.signal.Signals;
import io.reaper.proto.task.WaitRequest;
import io.reaper.testing.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** What shims do whose containers run and of whom nobody asks anything. */
final class IdleSection {
    /** Past the idle trim. */
    private static final Duration SETTLE = Duration.ofSeconds(15);

    private final Setup setup;

    IdleSection(Setup setup) {
        this.setup = setup;
    }

    void run(Findings findings, Map<ShimPeer, DirectShim> shims) throws IOException {
        Duration idle = setup.plan().idle();
        Setup.progress("idle shims, %d s", idle.plus(SETTLE).toSeconds());
        Map<ShimPeer, Integer> inits = new EnumMap<>(ShimPeer.class);
        for (ShimPeer shim : ShimPeer.values()) {
            inits.put(shim, shims.get(shim).startContainer(id(shim)));
        }
        Processes.pause(SETTLE);
        Map<ShimPeer, Map<Path, Processes.Work>> before = new EnumMap<>(ShimPeer.class);
        shims.forEach((shim, daemon) -> before.put(shim, Processes.threads(daemon.pid())));
        Processes.pause(idle);
        Map<ShimPeer, Processes.Work> done = new EnumMap<>(ShimPeer.class);
        shims.forEach(
                (shim, daemon) ->
                        done.put(
                                shim,
                                Processes.between(
                                        before.get(shim), Processes.threads(daemon.pid()))));
        for (ShimPeer shim : ShimPeer.values()) {
            end(shims.get(shim), id(shim), inits.get(shim));
        }
        Processes.Work ours = done.get(ShimPeer.REAPER);
        Processes.Work theirs = done.get(ShimPeer.RUNC);
        Table table = new Table("%d s idle".formatted(idle.toSeconds()), "ours", "runc's");
        table.row("CPU time, ms", millis(ours), millis(theirs));
        table.row("wake-ups", "" + ours.switches(), "" + theirs.switches());
        table.row("threads that ended", "" + ours.ended(), "" + theirs.ended());
        findings.add("### An idle shim");
        findings.add(
                """
                All threads of the daemon, with one running container and one connection, from %d s after the last request \
                on: time on a CPU (/proc/PID/task/*/schedstat) and context switches (status).\
                """
                        .formatted(SETTLE.toSeconds()));
        findings.add(table);
    }

    private String id(ShimPeer shim) {
        return setup.tag() + "-i-" + shim;
    }

    private static String millis(Processes.Work work) {
        return Table.number(work.cpuNanos() / 1e6);
    }

    private static void end(DirectShim shim, String id, int pid) throws IOException {
        try (Pidfd init = Pidfd.open(pid)) {
            init.signal(Signals.SIGKILL);
        }
        shim.socket().call("Wait", WaitRequest.newBuilder().setId(id).build());
        shim.delete(id);
    }
}
