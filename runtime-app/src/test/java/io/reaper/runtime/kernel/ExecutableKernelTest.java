package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What only the native executable promises. */
@Tag("kernel")
@Tag("native")
class ExecutableKernelTest {

    /** Set by the build script in its environment. */
    private static final String BUILD_MARKER = "reaper-build-environment-marker";

    private static final Pattern NEW_THREAD = Pattern.compile("clone3?\\(.*CLONE_THREAD.*");
    private static final Pattern SLEEP = Pattern.compile(".*nanosleep\\(.*");

    /** A timeout that is neither absent nor zero: poll's and epoll_wait's, ppoll's and futex's. */
    private static final Pattern TIMED_WAIT =
            Pattern.compile(
                    "((poll|epoll_wait)\\(.*, [1-9]\\d*\\)|epoll_pwait\\(.*, [1-9]\\d*, NULL, 8\\)"
                            + "|(ppoll|futex|select|pselect6)\\(.*\\{tv_sec=.*\\)) += .*");

    /** Of delete, for processes that were killed: 10 s, less what has passed. */
    private static final Pattern DEADLINE = Pattern.compile("ppoll\\(.*\\{tv_sec=(10|\\d), .*");

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** The system calls of a verb and of its children that live as long. */
    private List<String> traced(String... args) throws IOException {
        Path trace = runtime.work().resolve("trace");
        List<String> strace =
                List.of("strace", "-f", "--seccomp-bpf", "-qq", "-o", trace.toString());
        Result result = runtime.run(strace, args);
        assertEquals(0, result.status(), () -> String.join(" ", args) + ": " + result);
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
            calls.add(line.replaceFirst("^\\d+ +", ""));
        }
        assertTrue(calls.size() > 20, calls.toString());
        return calls;
    }

    @Test
    void noVerbStartsAThreadOrSleepsOrWaitsForATime() throws IOException {
        String id = runtime.id();
        TestBundle bundle = runtime.script("exec sleep 1000");
        // strace follows what lives on: create's child would hold it, so that one verb is detached
        List<List<String>> verbs =
                List.of(
                        List.of("start", id),
                        List.of("state", id),
                        List.of("delete", "--force", id));
        List<String> calls = new ArrayList<>(tracedCreate(id, bundle));
        for (List<String> verb : verbs) {
            calls.addAll(traced(verb.toArray(String[]::new)));
        }
        assertEquals(List.of(), matching(calls, NEW_THREAD), "threads");
        assertEquals(List.of(), matching(calls, SLEEP), "sleeps");
        calls.removeIf(call -> DEADLINE.matcher(call).matches());
        assertEquals(List.of(), matching(calls, TIMED_WAIT), "timed waits");
    }

    /** {@code create}, and its init until it waits for start. */
    private List<String> tracedCreate(String id, TestBundle bundle) throws IOException {
        Path trace = runtime.work().resolve("trace-create");
        // -I2 -D: the tracer is a grandchild, and ends with the last process that it follows
        List<String> strace = List.of("strace", "-D", "-f", "-qq", "-o", trace.toString());
        Result result = runtime.run(strace, "create", "-b", bundle.toString(), id);
        assertEquals(0, result.status(), result.toString());
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
            calls.add(line.replaceFirst("^\\d+ +", ""));
        }
        assertTrue(
                calls.stream().anyMatch(call -> call.contains("\"init\"")),
                "the init stage is followed");
        return calls;
    }

    private static List<String> matching(List<String> calls, Pattern pattern) {
        return calls.stream().filter(call -> pattern.matcher(call).matches()).toList();
    }

    /** User namespaces can only be entered by a process of one thread (unshare(2)). */
    @Test
    void theInitStageHasOneThread() throws IOException {
        runtime.ok("create", "-b", runtime.script("exec sleep 1000").toString(), runtime.id());
        int pid = runtime.state(runtime.id()).get("pid").asInt();
        assertEquals(1, entries(Path.of("/proc/" + pid + "/task")));
        assertEquals(
                List.of("reaper-runtime", "init", "3"),
                List.of(RuntimeExtension.text(Path.of("/proc/" + pid + "/cmdline")).split("\0")));
        assertEquals("", RuntimeExtension.text(Path.of("/proc/" + pid + "/environ")));
    }

    private static long entries(Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.count();
        }
    }

    /** The virtual machine raises the soft limit for itself. */
    @Test
    void theProgramsSoftLimitOfOpenFilesIsTheCallers() {
        String id = runtime.id();
        TestBundle bundle = runtime.script("ulimit -Sn > out; ulimit -Hn >> out; exec sleep 1000");
        bundle.process().put("cwd", bundle.toString());
        bundle.write();
        List<String> limited = List.of("prlimit", "--nofile=1000:2000");
        assertEquals(
                new Result(0, "", ""), runtime.run(limited, "create", "-b", bundle.toString(), id));
        runtime.ok("start", id);
        RuntimeExtension.await("two lines", () -> lines(bundle.dir().resolve("out")) == 2);
        assertEquals("1000\n2000\n", RuntimeExtension.text(bundle.dir().resolve("out")));
    }

    private static long lines(Path file) {
        return RuntimeExtension.text(file).lines().count();
    }

    @Test
    void aClosedPipeIsAnErrorNotADeath() {
        // a FIFO that has had a reader, and has none any more
        String script =
                "mkfifo \"$0\" && exec 3<>\"$0\" 4>\"$0\" 3<&- && { \"$@\" >&4; echo $? >&2; }";
        String fifo = runtime.work().resolve("fifo").toString();
        assertEquals(
                new Result(0, "", "standard output cannot be written\n1\n"),
                runtime.run(List.of("bash", "-c", script, fifo), "features"));
    }

    @Test
    void namesAreUtf8WhateverTheLocale() {
        String word = "größe-λ-名";
        Path bundle = runtime.work().resolve("bündel-名");
        TestBundle made =
                TestBundle.of(bundle, List.of("/bin/sh", "-c", "echo \"$1\" > out", "sh", word));
        made.process().put("cwd", bundle.toString());
        made.config().putObject("annotations").put("ключ", word);
        made.write();
        for (String locale : List.of("C", "POSIX", "C.UTF-8")) {
            List<String> env = List.of("env", "-i", "PATH=/bin:/usr/bin", "LC_ALL=" + locale);
            String id = runtime.id() + locale.replaceAll("\\W", "");
            Result created = runtime.run(env, "create", "-b", bundle.toString(), id);
            assertEquals(new Result(0, "", ""), created, locale);
            Result state = runtime.run(env, "state", id);
            assertEquals(
                    bundle.toString(), RuntimeExtension.json(state.out()).get("bundle").asText());
            assertEquals(
                    word,
                    RuntimeExtension.json(state.out()).get("annotations").get("ключ").asText());
            runtime.ok("start", id);
            assertEquals(word + "\n", RuntimeExtension.awaitLine(bundle.resolve("out")));
            bundle.resolve("out").toFile().delete();
            runtime.ok("delete", "--force", id);
        }
    }

    @Test
    void itNeedsNothingButLibc() {
        List<String> needed =
                output("readelf", "--wide", "--dynamic", RuntimeExtension.executable())
                        .lines()
                        .filter(line -> line.contains("(NEEDED)"))
                        .map(line -> line.replaceFirst(".*\\[(.*)\\]", "$1"))
                        .filter(library -> !library.equals("libz.so.1"))
                        .toList();
        assertEquals(List.of("libc.so.6"), needed);
    }

    @Test
    void itTellsNothingOfTheMachineThatBuiltIt() throws IOException {
        byte[] executable = Files.readAllBytes(Path.of(RuntimeExtension.executable()));
        String text = new String(executable, StandardCharsets.ISO_8859_1);
        for (String word :
                List.of(BUILD_MARKER, "REAPER_BUILD_MARKER", "java/lang/foreign/Linker")) {
            assertFalse(text.contains(word), word);
        }
    }

    private String output(String... command) {
        Path out = runtime.work().resolve("tool");
        try {
            Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).start();
            assertEquals(0, process.waitFor(), List.of(command).toString());
            return Files.readString(out);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
