package io.reaper.shim.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** What /proc tells of the processes of this PID namespace (proc(5)). */
final class Processes {
    private static final Path PROC = Path.of("/proc");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Processes() {}

    /**
     * A process's memory.
     *
     * @param rss KiB, as are the others
     * @param proportional each page divided by the number of processes that map it
     * @param privateDirty what nobody else maps and no file holds
     */
    record Memory(long rss, long proportional, long privateDirty, long threads) {

        Memory plus(Memory other) {
            return new Memory(
                    rss + other.rss,
                    proportional + other.proportional,
                    privateDirty + other.privateDirty,
                    threads + other.threads);
        }
    }

    /**
     * What threads have used.
     *
     * @param switches how often they went to sleep and were woken, or were preempted
     * @param ended threads that are no more; what they used at last is not in the other values
     */
    record Work(long cpuNanos, long switches, long ended) {}

    /** Pids of the shim's daemons: not of its short commands. */
    static List<Integer> daemons(ShimPeer shim) {
        List<Integer> pids = new ArrayList<>();
        for (int pid : all()) {
            List<String> words = commandLine(pid);
            if (isOf(shim, words)
                    && words.contains("-id")
                    && !words.contains("start")
                    && !words.contains("delete")) {
                pids.add(pid);
            }
        }
        return pids;
    }

    /** Pids of the processes whose first argument is this. */
    static List<Integer> named(String name) {
        return all().stream().filter(pid -> commandLine(pid).getFirst().equals(name)).toList();
    }

    /** Waits until no shim runs, not even its clean-up after a container's end. */
    static void awaitNoShim() {
        await("the end of all shims", () -> all().stream().noneMatch(Processes::isShim));
    }

    /** Looks every 2 ms until it is so. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not within a minute: " + what);
            }
            pause(Duration.ofMillis(2));
        }
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Memory memory(int pid) {
        Path process = PROC.resolve("" + pid);
        String rollup = text(process.resolve("smaps_rollup"));
        return new Memory(
                field(rollup, "Rss:"),
                field(rollup, "Pss:"),
                field(rollup, "Private_Dirty:"),
                field(text(process.resolve("status")), "Threads:"));
    }

    /** What each thread of a process has used since its start. */
    static Map<Path, Work> threads(int pid) {
        Map<Path, Work> threads = new HashMap<>();
        for (Path thread : entries(PROC.resolve("" + pid).resolve("task"))) {
            // schedstat: time on the CPU, ns; time spent waiting for it; time slices
            String cpu = text(thread.resolve("schedstat")).split(" ", -1)[0];
            String status = text(thread.resolve("status"));
            long switches =
                    field(status, "voluntary_ctxt_switches:")
                            + field(status, "nonvoluntary_ctxt_switches:");
            threads.put(thread, new Work(Long.parseLong(cpu), switches, 0));
        }
        return threads;
    }

    /** What the process has used between two moments. */
    static Work between(Map<Path, Work> before, Map<Path, Work> after) {
        long cpu = 0;
        long switches = 0;
        for (Map.Entry<Path, Work> thread : after.entrySet()) {
            Work then = before.getOrDefault(thread.getKey(), new Work(0, 0, 0));
            cpu += thread.getValue().cpuNanos() - then.cpuNanos();
            switches += thread.getValue().switches() - then.switches();
        }
        long ended = before.keySet().stream().filter(thread -> !after.containsKey(thread)).count();
        return new Work(cpu, switches, ended);
    }

    private static boolean isShim(int pid) {
        List<String> words = commandLine(pid);
        return isOf(ShimPeer.REAPER, words) || isOf(ShimPeer.RUNC, words);
    }

    /** Its path may be an argument: of java, in JVM mode. */
    private static boolean isOf(ShimPeer shim, List<String> words) {
        return words.contains("-namespace")
                && words.stream().anyMatch(word -> word.contains("/" + shim.program()));
    }

    private static List<Integer> all() {
        return entries(PROC).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> Character.isDigit(name.charAt(0)))
                .map(Integer::valueOf)
                .toList();
    }

    private static List<String> commandLine(int pid) {
        try {
            String line =
                    Files.readString(
                            PROC.resolve("" + pid).resolve("cmdline"), StandardCharsets.ISO_8859_1);
            return List.of(line.split("\0", -1));
        } catch (IOException e) {
            return List.of(""); // it has ended meanwhile
        }
    }

    private static long field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split("\\s", -1)[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name + " in " + text));
    }

    private static List<Path> entries(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
