package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static io.reaper.shim.program.Calls.newContainer;
import static io.reaper.shim.program.Calls.waiting;
import static io.reaper.shim.program.ShimProgram.LIMIT;
import static io.reaper.shim.program.ShimProgram.entries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.testing.Await;
import io.reaper.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What only the native executable promises. */
@Tag("native")
class ShimExecutableKernelTest extends ShimKernelTest {

    /** Set by the build script in its environment. */
    private static final String BUILD_MARKER = "reaper-build-environment-marker";

    /**
     * A thread that has carried calls ends 30 s after them, by the JDK's rule; the trim, 5 s after
     * them, is over by then. The kernel knows the last 15 characters of its name.
     */
    private static final String CARRIER = "-worker-";

    private static final Duration WATCHED = Duration.ofSeconds(20);

    /** main, event loop, kernel events, signals, and the JDK's for waits with a deadline. */
    private static final int IDLE_THREADS = 5;

    private static final Pattern ENDED_CALL = Pattern.compile(".*(\\) += |resumed>).*");

    /** A timeout that is neither absent nor zero: of poll and epoll_wait, of ppoll and futex. */
    private static final Pattern TIMED_WAIT =
            Pattern.compile(
                    "((poll|epoll_wait)\\(.*, [1-9]\\d*\\)|epoll_pwait\\(.*, [1-9]\\d*, NULL, 8\\)"
                            + "|(ppoll|futex|select|pselect6)\\(.*\\{tv_sec=.*\\)) += .*");

    @Test
    void anIdleDaemonMakesNoSystemCall() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        var unused = client.send("Wait", waiting(id), Deadline.NONE);
        Await.until(
                LIMIT,
                () -> threads(client.pid).stream().noneMatch(name -> name.contains(CARRIER)),
                () -> "the end of those who carried calls: " + threads(client.pid));
        List<String> calls = watch(client.pid).stream().filter(this::isEndedCall).toList();
        assertEquals(List.of(), calls);
        List<String> threads = threads(client.pid);
        assertTrue(threads.size() <= IDLE_THREADS, threads.toString());
        client.call("Connect", ConnectRequest.newBuilder().setId(id).build());
    }

    private boolean isEndedCall(String line) {
        return ENDED_CALL.matcher(line).matches();
    }

    /** All calls of all threads, for a while. */
    private List<String> watch(long pid) throws Exception {
        Path trace = directory.resolve("trace");
        Process strace =
                new ProcessBuilder("strace", "-f", "-p", Long.toString(pid), "-o", trace.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("strace").toFile())
                        .start();
        assertFalse(strace.waitFor(WATCHED.toSeconds(), TimeUnit.SECONDS), "strace goes on");
        strace.destroy();
        strace.waitFor();
        assertTrue(Files.readString(directory.resolve("strace")).contains("attached"));
        return Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
    }

    private static List<String> threads(long pid) {
        Path tasks = Path.of("/proc/" + pid + "/task");
        return entries(tasks).stream().map(task -> name(tasks.resolve(task + "/comm"))).toList();
    }

    private static String name(Path comm) {
        try {
            return Files.readString(comm).strip();
        } catch (IOException e) {
            return "(ended)";
        }
    }

    /** Of these two themselves: strace follows neither the daemon nor the runtime's commands. */
    @Test
    void startAndDeleteWaitForNothingButEvents() throws Exception {
        Path bundle = shim.bundle(id, "exec sleep 1000");
        assertEquals(List.of(), timedWaits(traced("start", bundle, shim.start(id))));
        Client client = shim.connect(Files.readString(bundle.resolve("address")));
        newContainer(client, id, bundle);
        client.killDaemon();
        String[] delete = {
            "-namespace", ShimProgram.NAMESPACE, "-id", id, "-bundle", bundle.toString(), "delete"
        };
        List<String> calls = traced("delete", bundle, delete);
        assertTrue(calls.stream().anyMatch(c -> c.contains("CLONE_VFORK")), "it asks the runtime");
        // it gives the runtime's commands until containerd's deadline; none may use that up
        assertEquals(
                List.of(),
                timedWaits(calls).stream().filter(c -> !c.contains("{tv_sec=")).toList());
        assertFalse(calls.stream().anyMatch(c -> c.contains("ETIMEDOUT")), "a wait has timed out");
    }

    private static List<String> timedWaits(List<String> calls) {
        return calls.stream()
                .filter(c -> c.contains("nanosleep(") || TIMED_WAIT.matcher(c).matches())
                .toList();
    }

    /** The threads of the program, each in a file; those of its children are left out. */
    private List<String> traced(String name, Path bundle, String... arguments) throws Exception {
        Path traces = Files.createDirectory(directory.resolve(name));
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        "strace",
                                        "-ff",
                                        "-qq",
                                        "-o",
                                        traces.resolve("t").toString(),
                                        Programs.shim().toString()),
                                Stream.of(arguments))
                        .toList();
        byte[] stdin = name.equals("start") ? shim.bootstrap(id) : new byte[0];
        Process unused = shim.launch(bundle, stdin, command);
        return new Traces(traces).of(name);
    }

    @Test
    void afterADeleteTheShimsDeleteAsksNobody() throws Exception {
        Path bundle = shim.bundle(id, "exit 3");
        Client client = shim.startDaemon(id, bundle);
        createAndStart(client, id, bundle);
        exit(client, id);
        delete(client, id);
        shim.environment.put("REAPER_RUNTIME_PATH", "/no/such/runtime");
        shim.environment.put("REAPER_SHIM_LOG", directory.resolve("shim.log").toString());
        Result result = shim.delete(id, bundle);
        assertEquals(0, result.status(), result.stderr());
        DeleteResponse response = DeleteResponse.parseFrom(result.stdout());
        assertEquals(3, response.getExitStatus());
        String log = Files.readString(directory.resolve("shim.log"));
        assertFalse(log.contains("WARN"), log);
    }

    @Test
    void itNeedsNothingButLibc() throws Exception {
        List<String> needed =
                output("readelf", "--wide", "--dynamic", Programs.shim().toString())
                        .lines()
                        .filter(line -> line.contains("(NEEDED)"))
                        .map(line -> line.replaceFirst(".*\\[(.*)\\]", "$1"))
                        .filter(library -> !library.equals("libz.so.1"))
                        .toList();
        assertEquals(List.of("libc.so.6"), needed);
    }

    @Test
    void itTellsNothingOfTheMachineThatBuiltIt() throws Exception {
        String text = new String(Files.readAllBytes(Programs.shim()), StandardCharsets.ISO_8859_1);
        for (String word :
                List.of(BUILD_MARKER, "REAPER_BUILD_MARKER", "java/lang/foreign/Linker")) {
            assertFalse(text.contains(word), word);
        }
    }

    private String output(String... command) throws Exception {
        Path out = directory.resolve("output");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).start();
        assertEquals(0, process.waitFor(), List.of(command).toString());
        return Files.readString(out);
    }
}
