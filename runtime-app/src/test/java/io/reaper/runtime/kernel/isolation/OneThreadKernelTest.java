package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Namespaces belong to threads: at every {@code unshare(2)} and {@code setns(2)} the stage of the
 * executable has one. A JVM has many.
 */
@Tag("kernel")
@Tag("native")
class OneThreadKernelTest {

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private NamespaceBundle bundle() {
        return NamespaceBundle.of(runtime, "exec sleep 1000");
    }

    private Path log() {
        return runtime.work().resolve("calls");
    }

    private List<String> traced() {
        return List.of(
                "strace", "-f", "-o", log().toString(), "-e", "trace=clone,clone3,setns,unshare");
    }

    /** Calls of one process up to the last by which it changes a namespace. */
    private List<String> callsOf(long pid) throws IOException {
        List<String> own =
                Files.readAllLines(log()).stream()
                        .filter(line -> line.startsWith(pid + " "))
                        .toList();
        int last = -1;
        for (int i = 0; i < own.size(); i++) {
            if (own.get(i).contains(" setns(") || own.get(i).contains(" unshare(")) {
                last = i;
            }
        }
        return own.subList(0, last + 1);
    }

    private void checkOneThread(long pid, int changes) throws IOException {
        List<String> calls = callsOf(pid);
        assertTrue(calls.size() >= changes, () -> "changes of namespaces: " + calls);
        assertEquals(List.of(), calls.stream().filter(call -> call.contains("clone")).toList());
    }

    @Test
    void theStageOfCreateHasOneThread() throws IOException {
        String other = runtime.id() + "-other";
        runtime.ok("run", "-d", "-b", bundle().written(), other);
        long joined = runtime.state(other).get("pid").asLong();
        NamespaceBundle bundle = bundle();
        List.of("network", "ipc", "uts").forEach(type -> bundle.join(type, joined));
        Process run =
                runtime.start(
                        traced(),
                        "run",
                        "-b",
                        bundle.written(),
                        "--pid-file",
                        file("pid"),
                        runtime.id());
        RuntimeExtension.await("the program", () -> Files.exists(Path.of(file("pid"))));
        checkOneThread(pid(), 4); // three joined, one made by itself
        runtime.ok("kill", runtime.id(), "KILL");
        run.onExit().join();
    }

    @Test
    void theStageOfExecHasOneThread() throws IOException {
        runtime.ok("run", "-d", "-b", bundle().written(), runtime.id());
        runtime.run(traced(), "exec", "--pid-file", file("pid"), runtime.id(), "/bin/true");
        checkOneThread(pid(), 1);
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(Path.of(file("pid"))).strip());
    }

    private String file(String name) {
        return runtime.work().resolve(name).toString();
    }
}
