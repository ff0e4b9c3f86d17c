package io.reaper.shim.stdio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A relay for which nothing happens does nothing, whatever its descriptors say: epoll tells a
 * hang-up again and again. Its thread's account at the kernel is compared before and after another
 * relay has passed on much.
 */
@Tag("kernel")
@Timeout(120)
class IdleRelayKernelTest {

    private static final String THREAD = "kernel-events";
    private static final int MUCH = 10 * 1000 * 1000;
    private static final int FIELDS_BEFORE_UTIME = 11; // behind the name: proc_pid_stat(5)

    @TempDir private Path directory;

    private enum When {
        NO_CLIENT_HAS_COME,
        ITS_CLIENT_HAS_GONE,
        STDIN_WAS_CLOSED,
        ITS_PROCESS_HAS_CLOSED_THE_TERMINAL,
        NOBODY_READS,
        NOBODY_READS_WHAT_AN_ENDED_PROCESS_LEFT,
        NOBODY_READS_WHAT_IS_TYPED
    }

    private static void prepare(When when, TerminalRig rig) {
        switch (when) {
            case NO_CLIENT_HAS_COME -> rig.sh("cat");
            case ITS_CLIENT_HAS_GONE -> {
                rig.sh("cat");
                try (TerminalClient client = rig.client()) {
                    client.type("x\n");
                    client.readUntil("x\r\nx\r\n");
                }
            }
            case STDIN_WAS_CLOSED -> {
                rig.sh("cat");
                try (TerminalClient client = rig.client()) {
                    rig.streams.closeStdin();
                    client.type("x\n");
                    client.readUntil("x\r\nx\r\n");
                }
            }
            case ITS_PROCESS_HAS_CLOSED_THE_TERMINAL -> {
                rig.sh("echo bye; exec <&- >&- 2>&-; exec sleep 1000");
                try (TerminalClient client = rig.client()) {
                    client.readUntil("bye\r\n");
                }
            }
            case NOBODY_READS -> rig.sh("stty raw; cat $1/data");
            case NOBODY_READS_WHAT_AN_ENDED_PROCESS_LEFT -> {
                rig.fillOutput();
                rig.end(rig.sh("echo last"));
                assertFalse(rig.streams.processEnded().isDone());
            }
            case NOBODY_READS_WHAT_IS_TYPED -> {
                rig.sh("stty raw -echo; echo ready; exec sleep 1000");
                try (TerminalClient client = rig.client()) {
                    client.readUntil("ready\n");
                    client.type(new byte[100_000]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsDone(When when) throws Exception {
        byte[] bytes = new byte[MUCH];
        new Random(MUCH).nextBytes(bytes);
        Files.write(directory.resolve("data"), bytes);
        Set<Path> others = threads();
        try (TerminalRig rig = new TerminalRig(directory, "idle")) {
            rig.awaitEventThread(); // it gives itself its name
            Set<Path> ours = threads();
            ours.removeAll(others);
            assertEquals(1, ours.size());
            Path thread = ours.iterator().next();
            prepare(when, rig);
            pass(bytes, "first"); // most of what was under way is over then
            String done = whatIsDoneWhileAnotherPasses(bytes, thread, 1);
            for (int i = 2; i < 10 && !done.isEmpty(); i++) {
                done = whatIsDoneWhileAnotherPasses(bytes, thread, i); // the rest on a busy machine
            }
            assertEquals("", done);
        }
    }

    private String whatIsDoneWhileAnotherPasses(byte[] bytes, Path thread, int pass)
            throws Exception {
        long ticks = cpuTicks(thread);
        long waits = waits(thread);
        pass(bytes, "pass" + pass);
        ticks = cpuTicks(thread) - ticks;
        waits = waits(thread) - waits;
        return waits <= 1 && ticks <= 1 ? "" : waits + " wake-ups, " + ticks + " times 10 ms";
    }

    private void pass(byte[] bytes, String name) throws Exception {
        try (TerminalRig busy = new TerminalRig(directory, name);
                TerminalClient client = busy.client()) {
            busy.sh("stty raw -echo; cat $1/data");
            assertTrue(Arrays.equals(bytes, client.read(bytes.length)));
        }
    }

    private static Set<Path> threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> line(task, "comm").equals(THREAD))
                    .collect(Collectors.toSet());
        }
    }

    private static String line(Path task, String file) {
        try {
            return Files.readString(task.resolve(file)).strip();
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    private static long cpuTicks(Path thread) {
        String stat = line(thread, "stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[FIELDS_BEFORE_UTIME])
                + Long.parseLong(fields[FIELDS_BEFORE_UTIME + 1]);
    }

    private static long waits(Path thread) {
        try (Stream<String> lines = Files.lines(thread.resolve("status"))) {
            return lines.filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(
                            line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
