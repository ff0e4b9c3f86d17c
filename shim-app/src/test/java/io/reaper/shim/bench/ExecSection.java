package io.reaper.shim.bench;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.signal.Signals;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.testing.Samples;
import io.reaper.testing.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a process takes that is added to a running container. */
final class ExecSection {
    private static final String RUNS = "Exec sent → Start answered";
    private static final String ENDS = "Exec sent → Wait answered";
    private static final String LIFE = "Exec, Start, Wait, Delete";
    private static final String CLIENT = "`ctr task exec … true`";

    /** The specification's process object. */
    static final String PROCESS =
            """
            {"args": ["/bin/busybox", "true"], "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}}\
            """;

    private static final String PROCESS_TYPE =
            "types.containerd.io/opencontainers/runtime-spec/1/Process";

    private final Setup setup;
    private final Map<String, Samples> samples = new LinkedHashMap<>();
    private int execs;

    ExecSection(Setup setup) {
        this.setup = setup;
    }

    /** The second half, after {@link #byClient}; adds both to the findings. */
    void run(Findings findings, Map<ShimPeer, DirectShim> shims) throws IOException {
        Setup.progress("execs by requests, %d of each shim", setup.plan().execs());
        byRequests(shims);
        Table table = new Table("what", "execs", "ours", "runc's", "ours / runc's");
        for (String what : List.of(RUNS, ENDS, LIFE, CLIENT)) {
            Samples ours = samples.get(value(ShimPeer.REAPER, what));
            Samples theirs = samples.get(value(ShimPeer.RUNC, what));
            table.row(
                    what,
                    "" + ours.count(),
                    Table.summary(ours),
                    Table.summary(theirs),
                    Table.ratio(ours.median(), theirs.median()));
        }
        findings.add("### Processes added to a running container");
        findings.add(
                """
                Milliseconds, median (minimum), each shim with its own runtime, in turns; the process is `busybox true` \
                without streams. The first three rows are moments of the same requests, by a blocking TTRPC client without \
                containerd, to a container whose bundle has a mount namespace and /proc only. The last row is containerd's \
                client with streams, and a container as it asks for it. **Not like for like:** a process of runc's joins \
                the container's namespaces, ours has none to join.\
                """);
        findings.add(table);
    }

    private void byRequests(Map<ShimPeer, DirectShim> shims) throws IOException {
        Map<ShimPeer, Integer> inits = new EnumMap<>(ShimPeer.class);
        for (ShimPeer peer : ShimPeer.values()) {
            inits.put(peer, shims.get(peer).startContainer(id(peer)));
        }
        for (int round = 0; round <= setup.plan().execs(); round++) {
            for (ShimPeer peer : ShimPeer.inRound(round)) {
                exec(peer, shims.get(peer).socket(), round > 0);
            }
        }
        for (ShimPeer peer : ShimPeer.values()) {
            DirectShim shim = shims.get(peer);
            try (Pidfd init = Pidfd.open(inits.get(peer))) {
                init.signal(Signals.SIGKILL);
            }
            shim.socket().call("Wait", WaitRequest.newBuilder().setId(id(peer)).build());
            shim.delete(id(peer));
        }
    }

    private void exec(ShimPeer peer, TtrpcSocket socket, boolean counts) throws IOException {
        String id = id(peer);
        String execId = "e" + ++execs;
        ExecProcessRequest exec =
                ExecProcessRequest.newBuilder()
                        .setId(id)
                        .setExecId(execId)
                        .setSpec(
                                Any.newBuilder()
                                        .setTypeUrl(PROCESS_TYPE)
                                        .setValue(ByteString.copyFromUtf8(PROCESS)))
                        .build();
        StartRequest start = StartRequest.newBuilder().setId(id).setExecId(execId).build();
        WaitRequest wait = WaitRequest.newBuilder().setId(id).setExecId(execId).build();
        DeleteRequest delete = DeleteRequest.newBuilder().setId(id).setExecId(execId).build();
        long begin = System.nanoTime();
        socket.call("Exec", exec);
        socket.call("Start", start);
        long runs = System.nanoTime();
        ByteString end = socket.call("Wait", wait);
        long ends = System.nanoTime();
        socket.call("Delete", delete);
        long gone = System.nanoTime();
        int status = WaitResponse.parseFrom(end).getExitStatus();
        if (status != 0) {
            throw new IllegalStateException("an exec ended with " + status + " under " + peer);
        }
        if (counts) {
            add(peer, RUNS, runs - begin);
            add(peer, ENDS, ends - begin);
            add(peer, LIFE, gone - begin);
        }
    }

    /** The first half: what a user of containerd's client waits for. */
    void byClient(BenchContainerd containerd) {
        Setup.progress("execs by ctr, %d of each shim", setup.plan().execs());
        for (ShimPeer peer : ShimPeer.values()) {
            List<String> options = List.of("-d", "--null-io");
            String[] program = DirectShim.PROGRAM.toArray(String[]::new);
            containerd.ctr(BenchContainerd.run(peer, id(peer), options, program));
        }
        for (int round = 0; round <= setup.plan().execs(); round++) {
            for (ShimPeer peer : ShimPeer.inRound(round)) {
                List<String> line =
                        new ArrayList<>(List.of("tasks", "exec", "--exec-id", "c" + ++execs));
                line.addAll(List.of(id(peer), "/bin/busybox", "true"));
                long nanos = containerd.ctr(line);
                if (round > 0) {
                    add(peer, CLIENT, nanos);
                }
            }
        }
        containerd.remove(Arrays.stream(ShimPeer.values()).map(this::id).toList());
    }

    private String id(ShimPeer shim) {
        return setup.tag() + "-x-" + shim;
    }

    private static String value(ShimPeer shim, String what) {
        return what + " " + shim;
    }

    private void add(ShimPeer shim, String what, long nanos) {
        samples.computeIfAbsent(value(shim, what), key -> new Samples()).addMillis(nanos);
    }
}
