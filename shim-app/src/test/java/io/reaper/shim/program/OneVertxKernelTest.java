package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A daemon has one Vert.x: put together by hand in an executable, the framework's on the JVM. */
@Tag("smoke")
class OneVertxKernelTest extends ShimKernelTest {

    /** Parts of names: of an executable's the kernel tells the last 15 characters. */
    private static final String EVENT_LOOP = "loop-thread-";

    private static final String ACCEPTOR = "ceptor-thread-";
    private static final String CHECKER = "-thread-checker";

    @Test
    void oneEventLoopAndOnTheJvmOneChecker() throws Exception {
        Client client = shim.startDaemon(id, shim.bundle(id, "exec sleep 1000"));
        boolean jvm = isLauncher(Programs.shim());
        List<String> threads = jvm ? dump(client.pid) : names(client.pid);
        assertEquals(1, count(threads, EVENT_LOOP), threads::toString);
        assertEquals(0, count(threads, ACCEPTOR), threads::toString);
        assertEquals(jvm ? 1 : 0, count(threads, CHECKER), threads::toString);
    }

    private static long count(List<String> threads, String name) {
        return threads.stream().filter(thread -> thread.contains(name)).count();
    }

    private static boolean isLauncher(Path program) throws IOException {
        try (var file = Files.newInputStream(program)) {
            return new String(file.readNBytes(2), StandardCharsets.ISO_8859_1).equals("#!");
        }
    }

    /** By the JDK's thread dump: a thread's part begins with its name in quotes. */
    private List<String> dump(long pid) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process =
                shim.launch(
                        directory,
                        new byte[0],
                        List.of(jcmd.toString(), Long.toString(pid), "Thread.print"));
        ShimProgram.Result result = ShimProgram.finish(process);
        assertEquals(0, result.status(), result.stderr());
        return result.text()
                .lines()
                .filter(line -> line.startsWith("\""))
                .map(line -> line.substring(1))
                .toList();
    }

    private static List<String> names(long pid) throws IOException {
        Path tasks = Path.of("/proc/" + pid + "/task");
        List<String> names = new ArrayList<>();
        for (String task : ShimProgram.entries(tasks)) {
            names.add(Files.readString(tasks.resolve(task).resolve("comm")).strip());
        }
        return names;
    }
}
