package io.reaper.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.NodeProcess;
import io.reaper.testing.Programs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What befalls a node: restarts, killed daemons, missing and replaced programs, haste. */
public abstract class FaultScenarios<C extends Cluster> extends PodFixture<C> {
    private static final String RUNTIME = "reaper-runtime";
    private static final String SHIM = "containerd-shim-reaper-v2";
    private static final int AT_ONCE = 4;

    /** Tells this run's processes from those of others. */
    private static final String MARK = "mark-" + ProcessHandle.current().pid() + "-";

    /**
     * A pod whose container counts, a line each second, until TERM: then it says so and ends with
     * this code.
     */
    protected static PodSpec counting(String name, int code) {
        String script =
                "trap 'echo end; exit %d' TERM; n=0; while :; do n=$((n+1)); echo line-$n;"
                                .formatted(code)
                        + " sleep 1 & wait $!; done; : %s%s.".formatted(MARK, name);
        return PodSpec.of(name, ContainerSpec.script("main", script));
    }

    /** The process of a counting pod's container. */
    protected final NodeProcess process(String pod) {
        return find(pod).orElseThrow(() -> new AssertionError("no process of " + pod));
    }

    /** The parent of all: a shell's child has its command line for a moment. */
    private Optional<NodeProcess> find(String pod) {
        List<NodeProcess> found =
                cluster().node().processes().stream()
                        .filter(process -> process.command().contains(MARK + pod + "."))
                        .filter(process -> !process.isZombie())
                        .toList();
        Set<Integer> pids = found.stream().map(NodeProcess::pid).collect(Collectors.toSet());
        return found.stream().filter(process -> !pids.contains(process.parent())).findFirst();
    }

    /** Asks a counting pod's container to end. */
    protected final void terminate(String pod) {
        cluster().node().signal(process(pod).pid(), "TERM");
    }

    protected final List<Pod> runAll(int count, IntFunction<PodSpec> specs) {
        return atOnce(count, IntStream.range(0, count).mapToObj(specs).map(this::later).toList());
    }

    private Callable<Pod> later(PodSpec spec) {
        return () -> run(spec);
    }

    private static <T> List<T> atOnce(int threads, List<Callable<T>> tasks) {
        List<T> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (Future<T> future : pool.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Of the lines that a counting pod's log has. */
    private static List<Integer> numbers(Pod pod) {
        return pod.logs("main")
                .lines()
                .filter(line -> line.startsWith("line-"))
                .map(line -> Integer.parseInt(line.substring("line-".length())))
                .toList();
    }

    /**
     * How many of the numbers up to the last one are not there; each is greater than the one
     * before.
     */
    private static int missing(List<Integer> numbers) {
        int missing = 0;
        int before = 0;
        for (int number : numbers) {
            assertTrue(number > before, numbers::toString);
            missing += number - before - 1;
            before = number;
        }
        return missing;
    }

    /**
     * A containerd that is killed takes with it what it has read of the output and not yet written
     * into the log: a line of some of the pods, if any. What is written while it is away comes
     * later: it would be a line or more of each.
     */
    @Test
    void podsGoOnWhileContainerdIsRestarted() {
        List<Pod> pods = runAll(many(), i -> counting("restart-" + i, i));
        pods.forEach(pod -> awaitLog(pod, "main", "line-2\n"));
        long restart = System.nanoTime();
        cluster().node().restartContainerd();
        for (Pod pod : pods) {
            assertTrue(pod.isReady(), pod.spec().name());
            assertTrue(pod.status("main").isRunning(), pod.spec().name());
        }
        assertRecovered(pods.size(), Duration.ofNanos(System.nanoTime() - restart));
        for (Pod pod : pods) {
            int last = numbers(pod).getLast();
            Await.until(
                    DEADLINE,
                    () -> numbers(pod).getLast() >= last + 2,
                    () -> pod.spec().name() + " goes on after " + last + ": " + numbers(pod));
        }
        for (Pod pod : pods) {
            terminate(pod.spec().name());
        }
        int missing = 0;
        for (int i = 0; i < pods.size(); i++) {
            assertEquals(i, awaitEnd(pods.get(i), "main").exitCode());
            awaitLog(pods.get(i), "main", "end\n");
            List<Integer> numbers = numbers(pods.get(i));
            assertTrue(numbers.getLast() >= 4, numbers::toString);
            missing += missing(numbers);
        }
        assertTrue(missing <= Math.max(1, pods.size() / 2), "lines missing: " + missing);
        pods.forEach(pod -> pod.delete(Duration.ofSeconds(1)));
        assertNothingLeft();
    }

    /**
     * Called when a restarted containerd has said of each pod that it is ready and runs.
     *
     * @param time since the restart was asked for
     */
    protected void assertRecovered(int count, Duration time) {
        System.out.printf("%d pods recovered in %d ms%n", count, time.toMillis());
    }

    /** The daemon is the parent of what its containers run. */
    @Test
    void aPodWhoseShimIsKilledIsDeadAndLeavesNothing() {
        Pod pod = run(counting("shimless", 0));
        Pod other = run(counting("untouched", 5));
        awaitLog(pod, "main", "line-1\n");
        awaitLog(other, "main", "line-1\n");
        NodeProcess daemon = parent(process("shimless"));
        assertTrue(daemon.command().contains(SHIM), daemon::toString);
        cluster().node().signal(daemon.pid(), "KILL");
        Await.until(
                DEADLINE,
                () ->
                        !pod.isReady()
                                && !pod.status("main").isRunning()
                                && find("shimless").isEmpty(),
                () -> "the pod is dead: " + pod.status("main") + find("shimless"));
        pod.delete(Duration.ofSeconds(1));
        Pod next = run(counting("shimless", 6)); // of the same name
        awaitLog(next, "main", "line-1\n");
        assertTrue(other.isReady() && other.status("main").isRunning());
        terminate("untouched");
        terminate("shimless");
        assertEquals(5, awaitEnd(other, "main").exitCode());
        assertEquals(6, awaitEnd(next, "main").exitCode());
    }

    private NodeProcess parent(NodeProcess process) {
        return cluster().node().processes().stream()
                .filter(other -> other.pid() == process.parent())
                .findFirst()
                .orElseThrow(() -> new AssertionError(process + " has no parent"));
    }

    @Test
    void aMissingRuntimeIsNamed() {
        assertMissingIsNamed(RUNTIME);
    }

    @Test
    void aMissingShimIsNamed() {
        assertMissingIsNamed(SHIM);
    }

    private void assertMissingIsNamed(String program) {
        Pod before = run(counting("before", 4));
        awaitLog(before, "main", "line-1\n");
        without(
                program,
                () -> {
                    PodException failure =
                            assertThrows(PodException.class, () -> run(counting("broken", 0)));
                    assertTrue(failure.getMessage().contains(program), failure::getMessage);
                    assertTrue(before.isReady() && before.status("main").isRunning());
                });
        Pod after = run(counting("after", 3));
        awaitLog(after, "main", "line-1\n");
        terminate("before");
        terminate("after");
        assertEquals(4, awaitEnd(before, "main").exitCode());
        assertEquals(3, awaitEnd(after, "main").exitCode());
    }

    /** Takes a program of the node away for a while. */
    protected final void without(String program, Runnable steps) {
        String path = cluster().node().programs() + "/" + program;
        cluster().node().run("mv", path, path + ".away").expect(0);
        try {
            steps.run();
        } finally {
            cluster().node().run("mv", path + ".away", path).expect(0);
        }
    }

    /** The runtime, and the file from which `start` and `delete` of old pods run from now on. */
    @Test
    void runningPodsSurviveAnUpgrade() {
        Pod old = run(counting("old", 7).withRestartPolicy(PodSpec.RestartPolicy.ON_FAILURE));
        Pod quiet = run(counting("quiet", 8));
        awaitLog(old, "main", "line-1\n");
        awaitLog(quiet, "main", "line-1\n");
        cluster().node().replaceProgram(RUNTIME, Programs.runtime());
        cluster().node().replaceProgram(SHIM, Programs.shim());
        assertEquals("x\n", old.exec("main", List.of("/bin/echo", "x")).expect(0).stdout());
        NodeProcess daemon = parent(process("old"));
        terminate("old");
        ContainerStatus again =
                await(old, "main", status -> status.isRunning() && status.restarts() > 0);
        assertEquals(1, again.restarts());
        awaitLog(old, "main", "line-1\n");
        assertEquals(daemon.pid(), process("old").parent(), "new containers join the old daemon");
        Pod fresh = run(counting("fresh", 9));
        awaitLog(fresh, "main", "line-1\n");
        terminate("quiet");
        terminate("fresh");
        assertEquals(8, awaitEnd(quiet, "main").exitCode());
        assertEquals(9, awaitEnd(fresh, "main").exitCode());
    }

    @Test
    void podsOfRuncAndReaperShareANode() {
        List<Pod> pods =
                runAll(
                        2 * AT_ONCE,
                        i ->
                                counting("mixed-" + i, i)
                                        .withRuntime(i % 2 == 0 ? PodSpec.RUNC : PodSpec.REAPER));
        pods.forEach(pod -> awaitLog(pod, "main", "line-1\n"));
        pods.get(0).delete(Duration.ofSeconds(1));
        pods.get(1).delete(Duration.ofSeconds(1));
        for (int i = 2; i < pods.size(); i++) {
            assertTrue(pods.get(i).isReady() && pods.get(i).status("main").isRunning());
            assertEquals("x\n", exec(pods.get(i), "echo x"));
            terminate("mixed-" + i);
        }
        for (int i = 2; i < pods.size(); i++) {
            assertEquals(i, awaitEnd(pods.get(i), "main").exitCode());
            awaitLog(pods.get(i), "main", "end\n");
        }
    }

    private static String exec(Pod pod, String script) {
        return pod.exec("main", List.of("/bin/sh", "-c", script)).expect(0).stdout();
    }

    /** 100, or as many as the system property reaper.test.rounds says: ended, running, exec'd. */
    @Test
    void podsThatAreMadeAndDeletedInHasteLeaveNothing() {
        boolean jvm = "jvm".equals(System.getProperty("reaper.mode"));
        int rounds = Integer.getInteger("reaper.test.rounds", jvm ? 12 : 100);
        List<Callable<Void>> lives = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            int number = i;
            lives.add(
                    () -> {
                        live(number);
                        return null;
                    });
        }
        assertEquals(rounds, atOnce(AT_ONCE, lives).size());
        assertNothingLeft();
    }

    private void live(int number) {
        ContainerSpec container =
                switch (number % 3) {
                    case 0 -> ContainerSpec.script("main", "exit 0");
                    case 1 -> ContainerSpec.script("main", "sleep 1000 & exec sleep 1001");
                    default -> ContainerSpec.script("main", "setsid sleep 1000 & wait");
                };
        Pod pod = run(PodSpec.of("haste-" + number, container));
        pod.delete(Duration.ZERO);
    }
}
