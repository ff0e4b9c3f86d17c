package io.reaper.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Product sources wait for events, never for time; and other rules that a reader cannot see. */
class SourceRulesTest {

    @Test
    void productSourcesKeepTheRules() throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> sources = ProductSources.all();
        for (Path source : sources) {
            String path = ProductSources.path(source);
            found.addAll(SourceRules.check(path, Files.readString(source)));
        }
        assertTrue(sources.size() > 20, "only " + sources.size() + " sources found");
        assertEquals("", String.join("\n", found));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Thread.sleep(10);",
                "TimeUnit.SECONDS.sleep(1);",
                "LockSupport.parkNanos(1_000);",
                "executor.schedule(task, 1, SECONDS);",
                "executor.scheduleAtFixedRate(task, 1, 1, unit);",
                "var s = Executors.newSingleThreadScheduledExecutor();",
                "vertx.setPeriodic(100, id -> {});",
                "vertx.setTimer(100, id -> {});",
                "queue.poll(5, TimeUnit.MILLISECONDS);",
                "latch.await(\n    5,\n    SECONDS);",
                "future.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);",
                "future.orTimeout(1, MINUTES);",
                "lock.wait(100);",
                "thread.join(Duration.ofMillis(5));",
                "selector.select(100);",
                "Syscalls.get().poll(fds, 1, 100);",
                "Deadline d = Deadline.after(Duration.ofSeconds(2));",
                "nanosleep(&time, 0);",
                "n = poll(&fd, 1, 100);",
                "n = epoll_wait(fd, events, 1, 100);",
                "/* deadline: of another statement */ int i; int j;\nThread.sleep(1);",
                "new ProcessBuilder(command);",
                "Runtime.getRuntime().exec(command);",
                "import java.lang.foreign.Arena;",
                "import io.reaper.linux.seam.Kernels;",
                "import com.fasterxml.jackson.databind.ObjectMapper;",
            })
    void findsViolations(String text) {
        assertNotEquals(List.of(), SourceRules.check("shim-app/X.java", "void f() {\n" + text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// deadline: the caller's\nfuture.get(5, TimeUnit.SECONDS);",
                "// deadline: the\n// caller's\nfuture\n .get(5, TimeUnit.SECONDS);",
                "future.get(5, TimeUnit.SECONDS); // deadline: the caller's",
                "// Thread.sleep(10) would be wrong here\nqueue.take();",
                "/* vertx.setPeriodic(1, f) */ log(\"Thread.sleep(10);\");",
                "String.join(\", \", names); thread.join(); queue.poll(); future.get();",
                "map.get(key); epoll.await(); Poll.await(deadline, entries); lock.lock();",
                "long millis = TimeUnit.SECONDS.toMillis(5);",
            })
    void leavesEventsAndDeadlinesAlone(String text) {
        assertEquals(List.of(), SourceRules.check("shim-app/X.java", "void f() {\n" + text));
    }

    @Test
    void limitsTheLengthOfAFile() {
        assertEquals(List.of(), SourceRules.check("x.c", "int i;\n".repeat(400)));
        assertEquals(1, SourceRules.check("x.c", "int i;\n".repeat(401)).size());
    }

    @Test
    void allowsForeignFunctionsInTheKernelSeam() {
        String text = "import java.lang.foreign.Arena;";
        assertEquals(List.of(), SourceRules.check("linux/src/main/java/X.java", text));
    }
}
