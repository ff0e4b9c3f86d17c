package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.kill;
import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.signal;
import static io.reaper.shim.program.Calls.start;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import io.grpc.Status.Code;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.proto.cgroups.Metrics;
import io.reaper.proto.task.StatsRequest;
import io.reaper.proto.task.StatsResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Statistics of real processes, by the installed programs. */
class StatsKernelTest extends ShimKernelTest {

    private Client client;

    private void run(String script) throws Exception {
        Path bundle = shim.bundle(id, script);
        client = shim.startDaemon(id, bundle);
        assertTrue(newContainer(client, id, bundle) > 0);
        assertTrue(stats().tasks() >= 1, "also before its start");
        start(client, id);
    }

    /** What both messages tell. */
    private record Stats(long cpuMicros, long memory, long tasks) {}

    private Stats stats() throws Exception {
        Any any =
                StatsResponse.parseFrom(
                                client.call("Stats", StatsRequest.newBuilder().setId(id).build()))
                        .getStats();
        String version = Hierarchies.isHostUnified() ? "v2" : "v1";
        assertEquals("io.containerd.cgroups." + version + ".Metrics", any.getTypeUrl());
        if (Hierarchies.isHostUnified()) {
            Metrics metrics = Metrics.parseFrom(any.getValue());
            return new Stats(
                    metrics.getCpu().getUsageUsec(),
                    metrics.getMemory().getUsage(),
                    metrics.getPids().getCurrent());
        }
        var metrics = io.reaper.proto.cgroups.v1.Metrics.parseFrom(any.getValue());
        assertTrue(metrics.getCpu().hasThrottling());
        return new Stats(
                metrics.getCpu().getUsage().getTotal() / 1000,
                metrics.getMemory().getUsage().getUsage(),
                metrics.getPids().getCurrent());
    }

    /** The busy child ends at SIGUSR1, unwaited for until then; init lives on. */
    @Test
    void timeOnTheProcessorsGrowsAndNeverDecreases() throws Exception {
        Path ended = directory.resolve("ended");
        run( // the trap is there before the child
                "trap 'kill -9 $!; wait $!; : >"
                        + ended
                        + "; trap - USR1; while :; do sleep 1; done' USR1;"
                        + " while :; do :; done & wait");
        List<Long> seen = new ArrayList<>();
        Await.until(
                LIMIT,
                () -> {
                    Stats now = unchecked();
                    seen.add(now.cpuMicros());
                    return seen.getLast() > 300_000 && now.tasks() >= 2;
                },
                () -> "0.3 s of a busy loop: " + seen);
        Stats busy = stats();
        assertTrue(busy.memory() > 100_000, busy.toString());
        signal(client, id, 10);
        Await.until(LIMIT, () -> Files.exists(ended), () -> "the busy child's end");
        Stats after = stats();
        seen.add(after.cpuMicros());
        kill(client, id);
        Stats stopped = stats();
        seen.add(stopped.cpuMicros());
        assertEquals(0, stopped.tasks());
        assertEquals(seen.stream().sorted().toList(), seen);
        delete(client, id);
        ExecutionException gone = assertThrows(ExecutionException.class, this::stats);
        assertEquals(Code.NOT_FOUND, ((TtrpcException) gone.getCause()).status());
    }

    private Stats unchecked() {
        try {
            return stats();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void memoryThatIsUsedIsCounted() throws Exception {
        run("a=$(yes | head -c 20971520); : >" + directory + "/full; sleep 1000");
        Await.until(
                LIMIT, () -> Files.exists(directory.resolve("full")), () -> "20 MiB in a variable");
        Stats full = stats();
        assertTrue(full.memory() > 20L << 20, full.toString());
        assertTrue(full.memory() < 200L << 20, full.toString());
    }
}
