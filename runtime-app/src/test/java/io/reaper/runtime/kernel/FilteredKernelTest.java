package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import io.reaper.testing.DeniedCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The runtime in a container whose engine's filter does not know a system call: it does without, or
 * names it. Filters answer EPERM (1) or ENOSYS (38). A JVM ends before any code of ours runs.
 */
@Tag("kernel")
@Tag("native")
class FilteredKernelTest {

    @TempDir static Path directory;
    private static DeniedCalls denied;

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        denied = DeniedCalls.in(directory);
    }

    private String ok(List<String> filter, String... args) {
        Result result = runtime.run(filter, args);
        assertEquals(new Result(0, result.out(), ""), result, () -> String.join(" ", args));
        return result.out();
    }

    @ParameterizedTest
    @CsvSource({
        "memory,            memfd_create,                         1",
        "memory,            memfd_create,                         38",
        "files,             statx,                                1",
        "files,             statx,                                38",
        "access,            faccessat2,                           1",
        "access,            faccessat2,                           38",
        "descriptors,       close_range,                          1",
        "descriptors,       close_range,                          38",
        "processors,        sched_getaffinity,                    1",
        "processors,        sched_getaffinity,                    38",
        "limits,            prlimit64,                            1",
        "limits,            prlimit64,                            38",
        "signals,           pidfd_send_signal,                    1",
        "signals,           pidfd_send_signal,                    38",
        "renaming,          renameat2,                            1",
        "children,          clone3,                               1",
        "'all at once',    "
            + " 'memfd_create,statx,faccessat2,close_range,sched_getaffinity,prlimit64,pidfd_send_signal',"
            + " 1",
        "'all at once',    "
            + " 'memfd_create,statx,faccessat2,close_range,sched_getaffinity,prlimit64,pidfd_send_signal',"
            + " 38"
    })
    void everyVerbWorks(String what, String calls, int errno) {
        List<String> filter = denied.prefix(calls, errno);
        String id = runtime.id();
        TestBundle bundle = runtime.program("/bin/sleep", "1000");
        bundle.process()
                .putArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_NOFILE")
                .put("soft", 100)
                .put("hard", 100);
        bundle.write();
        ok(filter, "create", id, "--bundle", bundle.toString());
        ok(filter, "start", id);
        assertEquals(
                "running", RuntimeExtension.json(ok(filter, "state", id)).get("status").asText());
        assertTrue(ok(filter, "list", "--quiet").contains(id));
        long pid = runtime.state(id).get("pid").asLong();
        assertTrue(ok(filter, "ps", "--format", "json", id).contains(Long.toString(pid)));
        assertEquals(
                7, runtime.run(filter, "exec", id, "/bin/sh", "-c", "exit 7").status(), "exec");
        ok(filter, "kill", id, "KILL");
        RuntimeExtension.awaitEnd(pid);
        ok(filter, "delete", id);
    }

    @ParameterizedTest
    @CsvSource({"1", "38"})
    void whatCannotBeDoneWithoutIsNamed(int errno) {
        String id = runtime.id();
        runtime.ok("create", id, "--bundle", runtime.program("/bin/sleep", "1000").toString());
        Result start = runtime.run(denied.prefix("pidfd_open", errno), "start", id);
        assertEquals(1, start.status());
        assertEquals(1, start.err().lines().count(), start.err());
        assertTrue(start.err().startsWith("pidfd_open"), start.err());
    }
}
