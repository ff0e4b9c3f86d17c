package io.reaper.shim.stats;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import io.reaper.linux.cgroup.ControlGroups;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.cgroup.Hierarchies.Hierarchy;
import io.reaper.proto.cgroups.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures out of files that the test has written. */
class MeterTest {

    private static final ControlGroups UNIFIED = new ControlGroups(Map.of("0:", "/c"));
    private static final ControlGroups LEGACY =
            new ControlGroups(
                    Map.of("1:cpu", "/c", "2:cpuacct", "/c", "3:memory", "/c", "4:pids", "/c"));

    @TempDir private Path directory;
    private final CpuLedger ledger = new CpuLedger();
    private Path proc;

    @BeforeEach
    void processes() throws Exception {
        proc = Files.createDirectories(directory.resolve("proc"));
        process(7, 3, 100, 20, 2);
        process(8, 1, 7, 0, 1);
        Files.createDirectories(proc.resolve("9")); // has just ended
    }

    private void process(int pid, int utime, int anon, int file, int threads) throws Exception {
        Path process = Files.createDirectories(proc.resolve(Integer.toString(pid)));
        Files.writeString(
                process.resolve("stat"),
                pid + " (a ) b) S 1 1 1 0 -1 0 0 0 0 0 " + utime + " 1 4 2 20 0 1 0 5 0 0\n");
        Files.writeString(
                process.resolve("status"),
                """
                Name:\tRssAnon:\t1
                VmRSS:\t     999 kB
                RssAnon:\t%8d kB
                RssFile:\t%8d kB
                RssShmem:\t       1 kB
                Threads:\t%d
                """
                        .formatted(anon, file, threads));
    }

    private void file(String path, String content) throws Exception {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Any read(boolean unifiedHost, ControlGroups groups) {
        Hierarchies hierarchies =
                new Hierarchies(
                        unifiedHost,
                        List.of(
                                mount("cpu", "cpu"),
                                mount("cpuacct", "cpuacct"),
                                mount("memory", "memory"),
                                mount("pids", "pids"),
                                mount(Hierarchies.UNIFIED, "unified")));
        return new Meter(() -> hierarchies, proc).read(groups, () -> List.of(7, 8, 9, 10), ledger);
    }

    private Hierarchy mount(String controller, String name) {
        return new Hierarchy(List.of(controller), directory.resolve(name), "/");
    }

    private Metrics unified(ControlGroups groups) throws Exception {
        Any any = read(true, groups);
        assertEquals("io.containerd.cgroups.v2.Metrics", any.getTypeUrl());
        return Metrics.parseFrom(any.getValue());
    }

    private io.reaper.proto.cgroups.v1.Metrics legacy(ControlGroups groups) throws Exception {
        Any any = read(false, groups);
        assertEquals("io.containerd.cgroups.v1.Metrics", any.getTypeUrl());
        return io.reaper.proto.cgroups.v1.Metrics.parseFrom(any.getValue());
    }

    @Test
    void allControllersOfVersion2() throws Exception {
        file(
                "unified/c/cpu.stat",
                """
                usage_usec 1234
                user_usec 1000
                system_usec 234
                nice_usec 0
                nr_periods 9
                nr_throttled 2
                throttled_usec 77
                odd
                """);
        file("unified/c/memory.current", "4096\n");
        file("unified/c/memory.max", "max\n");
        file("unified/c/memory.swap.current", "5\n");
        file(
                "unified/c/memory.stat",
                "anon 10\nfile 20\ninactive_file 30\npgfault 40\nnew_key 1\n");
        file("unified/c/memory.events", "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n");
        file("unified/c/pids.current", "5\n");
        file("unified/c/pids.max", "100\n");
        Metrics metrics = unified(UNIFIED);
        assertEquals(1234, metrics.getCpu().getUsageUsec());
        assertEquals(1000, metrics.getCpu().getUserUsec());
        assertEquals(234, metrics.getCpu().getSystemUsec());
        assertEquals(9, metrics.getCpu().getNrPeriods());
        assertEquals(2, metrics.getCpu().getNrThrottled());
        assertEquals(77, metrics.getCpu().getThrottledUsec());
        assertEquals(4096, metrics.getMemory().getUsage());
        assertEquals("18446744073709551615", limit(metrics));
        assertEquals(5, metrics.getMemory().getSwapUsage());
        assertEquals(10, metrics.getMemory().getAnon());
        assertEquals(20, metrics.getMemory().getFile());
        assertEquals(30, metrics.getMemory().getInactiveFile());
        assertEquals(40, metrics.getMemory().getPgfault());
        assertEquals(1, metrics.getMemoryEvents().getOomKill());
        assertEquals(5, metrics.getPids().getCurrent());
        assertEquals(100, metrics.getPids().getLimit());
    }

    private static String limit(Metrics metrics) {
        return Long.toUnsignedString(metrics.getMemory().getUsageLimit());
    }

    /** As our own runtime's group is: it counts time, and knows its processes. */
    @Test
    void aGroupWithoutControllers() throws Exception {
        file("unified/c/cpu.stat", "usage_usec 50\nuser_usec 30\nsystem_usec 20\n");
        file("unified/c/cgroup.procs", "7\n");
        file("unified/c/below/cgroup.procs", "9\n");
        Metrics metrics = unified(UNIFIED);
        assertEquals(50, metrics.getCpu().getUsageUsec());
        assertEquals(121 * 1024, metrics.getMemory().getUsage());
        assertEquals(100 * 1024, metrics.getMemory().getAnon());
        assertEquals(21 * 1024, metrics.getMemory().getFile());
        assertEquals(1024, metrics.getMemory().getShmem());
        assertEquals("18446744073709551615", limit(metrics));
        assertEquals(2, metrics.getPids().getCurrent());
        assertFalse(metrics.hasMemoryEvents());
    }

    /** Beside version 1, in the other message. */
    @Test
    void aGroupOfVersion2OnAHostOfVersion1() throws Exception {
        file("unified/c/cpu.stat", "usage_usec 50\nuser_usec 30\nsystem_usec 20\n");
        file("unified/c/cgroup.procs", "7\n8\n");
        io.reaper.proto.cgroups.v1.Metrics metrics = legacy(UNIFIED);
        assertEquals(50_000, metrics.getCpu().getUsage().getTotal());
        assertEquals(30_000, metrics.getCpu().getUsage().getUser());
        assertEquals(20_000, metrics.getCpu().getUsage().getKernel());
        assertTrue(metrics.getCpu().hasThrottling(), "containerd reads it without looking");
        assertEquals(129 * 1024, metrics.getMemory().getUsage().getUsage());
        assertEquals(0x7FFF_FFFF_FFFF_F000L, metrics.getMemory().getUsage().getLimit());
        assertEquals(107 * 1024, metrics.getMemory().getTotalRss());
        assertEquals(22 * 1024, metrics.getMemory().getTotalCache());
        assertFalse(metrics.getMemory().hasSwap());
        assertEquals(3, metrics.getPids().getCurrent());
    }

    @Test
    void allControllersOfVersion1() throws Exception {
        file("cpuacct/c/cpuacct.usage", "9000\n");
        file("cpuacct/c/cpuacct.usage_user", "6000\n");
        file("cpuacct/c/cpuacct.usage_sys", "3000\n");
        file("cpu/c/cpu.stat", "nr_periods 4\nnr_throttled 1\nthrottled_time 8000\n");
        file("memory/c/memory.usage_in_bytes", "4096\n");
        file("memory/c/memory.limit_in_bytes", "8192\n");
        file("memory/c/memory.max_usage_in_bytes", "5000\n");
        file("memory/c/memory.failcnt", "6\n");
        file("memory/c/memory.stat", "cache 1\ntotal_rss 2\ntotal_inactive_file 3\n");
        file("memory/c/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");
        file("pids/c/pids.current", "5\n");
        file("pids/c/pids.max", "max\n");
        io.reaper.proto.cgroups.v1.Metrics metrics = legacy(LEGACY);
        assertEquals(9000, metrics.getCpu().getUsage().getTotal());
        assertEquals(6000, metrics.getCpu().getUsage().getUser());
        assertEquals(3000, metrics.getCpu().getUsage().getKernel());
        assertEquals(4, metrics.getCpu().getThrottling().getPeriods());
        assertEquals(8000, metrics.getCpu().getThrottling().getThrottledTime());
        assertEquals(4096, metrics.getMemory().getUsage().getUsage());
        assertEquals(8192, metrics.getMemory().getUsage().getLimit());
        assertEquals(5000, metrics.getMemory().getUsage().getMax());
        assertEquals(6, metrics.getMemory().getUsage().getFailcnt());
        assertEquals(1, metrics.getMemory().getCache());
        assertEquals(2, metrics.getMemory().getTotalRss());
        assertEquals(3, metrics.getMemory().getTotalInactiveFile());
        assertEquals(7, metrics.getMemoryOomControl().getOomKill());
        assertEquals(5, metrics.getPids().getCurrent());
        assertEquals(0, metrics.getPids().getLimit());
    }

    /** utime, stime, cutime, cstime in ticks of 10 ms: 3+1+4+2 and 1+1+4+2. */
    @Test
    void withoutAGroupItsProcessesAreAllThatIsKnown() throws Exception {
        assertEquals(180_000, unified(ControlGroups.NONE).getCpu().getUsageUsec());
        Files.delete(proc.resolve("7/stat"));
        assertEquals(180_000, unified(ControlGroups.NONE).getCpu().getUsageUsec());
        process(8, 6, 0, 0, 1);
        Metrics metrics = unified(ControlGroups.NONE);
        assertEquals(230_000, metrics.getCpu().getUsageUsec());
        assertEquals(122 * 1024, metrics.getMemory().getUsage());
        assertEquals(3, metrics.getPids().getCurrent());
    }

    /** So that one call reads a bounded number of files; tasks and memory are an estimate then. */
    @Test
    void ofVeryManyProcessesAPartStandsForAll() throws Exception {
        file("unified/c/cpu.stat", "usage_usec 50\nuser_usec 30\nsystem_usec 20\n");
        int count = 2 * ProcessTotals.MOST;
        process(99, 0, 10, 5, 1);
        for (int pid = 100; pid < 100 + ProcessTotals.MOST; pid++) {
            Files.createSymbolicLink(proc.resolve(Integer.toString(pid)), proc.resolve("99"));
        }
        file(
                "unified/c/cgroup.procs",
                IntStream.range(100, 100 + count).mapToObj(pid -> pid + "\n").collect(joining()));
        Metrics metrics = unified(UNIFIED);
        assertEquals(count, metrics.getPids().getCurrent());
        assertEquals(16L * 1024 * count, metrics.getMemory().getUsage());
        assertEquals(50, metrics.getCpu().getUsageUsec());
    }

    /** Each holds a carrier of virtual threads, and other calls need one, too. */
    @Test
    void oneReadingAtATime() throws Exception {
        Hierarchies none = new Hierarchies(true, List.of());
        Meter meter = new Meter(() -> none, proc);
        AtomicInteger inside = new AtomicInteger();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch mayGo = new CountDownLatch(1);
        Supplier<List<Integer>> slow =
                () -> {
                    assertEquals(1, inside.incrementAndGet());
                    entered.countDown();
                    assertDoesNotThrow(() -> mayGo.await());
                    inside.decrementAndGet();
                    return List.of(7);
                };
        List<CompletableFuture<Any>> readings = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readings.add(
                    CompletableFuture.supplyAsync(
                            () -> meter.read(ControlGroups.NONE, slow, new CpuLedger()),
                            Thread::startVirtualThread));
        }
        entered.await();
        mayGo.countDown();
        for (CompletableFuture<Any> reading : readings) {
            reading.get(1, TimeUnit.MINUTES);
        }
    }

    @Test
    void aGroupThatIsGoneHasCountedForGood() throws Exception {
        file("unified/c/cpu.stat", "usage_usec 5000000\nuser_usec 5000000\nsystem_usec 0\n");
        assertEquals(5_000_000, unified(UNIFIED).getCpu().getUsageUsec());
        Files.delete(directory.resolve("unified/c/cpu.stat"));
        assertEquals(5_000_000, unified(UNIFIED).getCpu().getUsageUsec());
        Files.delete(directory.resolve("unified/c"));
        assertEquals(5_000_000, unified(UNIFIED).getCpu().getUsageUsec());
    }

    /** containerd passes over what is not there. */
    @Test
    void whatIsNotKnownIsLeftOut() throws Exception {
        Metrics metrics = unified(UNIFIED);
        assertFalse(metrics.hasCpu());
        assertTrue(metrics.hasMemory());
        file("cpuacct/c/cpuacct.usage", "no number\n");
        assertFalse(legacy(LEGACY).hasCpu());
    }
}
