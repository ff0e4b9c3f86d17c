package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import io.reaper.linux.Cgroup;
import io.reaper.proto.cgroups.Metrics;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StatsRequest;
import io.reaper.proto.task.StatsResponse;
import io.reaper.proto.task.WaitRequest;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.ttrpc.Code;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.testing.Await;
import io.reaper.testing.Root;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Statistics of real processes, by the installed programs. */
@Tag("kernel")
@Timeout(300)
class StatsKernelTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final String id = "stats-test-" + Long.toHexString(System.nanoTime());

    @TempDir private Path directory;
    private ShimProgram shim;
    private Client client;

    @BeforeEach
    void open() throws Exception {
        Root.assume();
        shim = new ShimProgram(directory);
    }

    @AfterEach
    void close() throws Exception {
        if (shim != null) {
            shim.end();
        }
    }

    private void run(String script) throws Exception {
        Path bundle = shim.bundle(id, script);
        client = shim.startDaemon(id, bundle);
        int pid =
                CreateTaskResponse.parseFrom(client.call("Create", shim.create(id, bundle)))
                        .getPid();
        assertTrue(pid > 0);
        assertTrue(stats().tasks() >= 1, "also before its start");
        client.call("Start", StartRequest.newBuilder().setId(id).build());
    }

    /** What both messages tell. */
    private record Stats(long cpuMicros, long memory, long tasks) {}

    private Stats stats() throws Exception {
        Any any =
                StatsResponse.parseFrom(
                                client.call("Stats", StatsRequest.newBuilder().setId(id).build()))
                        .getStats();
        String version = Cgroup.isHostUnified() ? "v2" : "v1";
        assertEquals("io.containerd.cgroups." + version + ".Metrics", any.getTypeUrl());
        if (Cgroup.isHostUnified()) {
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

    private void signal(int signal) throws Exception {
        client.call("Kill", KillRequest.newBuilder().setId(id).setSignal(signal).build());
    }

    /** The busy child ends at SIGUSR1, unwaited for until then; init lives on. */
    @Test
    void timeOnTheProcessorsGrowsAndNeverDecreases() throws Exception {
        Path ended = directory.resolve("ended");
        run(
                "while :; do :; done & trap 'kill -9 $!; wait $!; : >"
                        + ended
                        + "; trap - USR1; while :; do sleep 1; done' USR1; wait");
        List<Long> seen = new ArrayList<>();
        Await.until(
                LIMIT,
                () -> {
                    seen.add(unchecked().cpuMicros());
                    return seen.getLast() > 300_000;
                },
                () -> "0.3 s of a busy loop: " + seen);
        Stats busy = stats();
        assertTrue(busy.memory() > 100_000, busy.toString());
        assertTrue(busy.tasks() >= 2, busy.toString());
        signal(10);
        Await.until(LIMIT, () -> Files.exists(ended), () -> "the busy child's end");
        Stats after = stats();
        seen.add(after.cpuMicros());
        signal(9);
        client.call("Wait", WaitRequest.newBuilder().setId(id).build());
        Stats stopped = stats();
        seen.add(stopped.cpuMicros());
        assertEquals(0, stopped.tasks());
        assertEquals(seen.stream().sorted().toList(), seen);
        client.call("Delete", DeleteRequest.newBuilder().setId(id).build());
        ExecutionException gone = assertThrows(ExecutionException.class, this::stats);
        assertEquals(Code.NOT_FOUND, ((TtrpcException) gone.getCause()).code());
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
