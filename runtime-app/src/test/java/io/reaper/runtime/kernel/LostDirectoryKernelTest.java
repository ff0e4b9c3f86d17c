package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The caller's directory has been removed: what needs none works, what needs it says so. */
@Tag("kernel")
class LostDirectoryKernelTest {

    private static final String GONE = "current directory has been removed: give an absolute path";

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private Result inLost(String... args) {
        String script = "mkdir \"$0\" && cd \"$0\" && rmdir \"$0\" && exec \"$@\"";
        String directory = runtime.work().resolve("lost").toString();
        Result result = runtime.run(List.of("/bin/sh", "-c", script, directory), args);
        // what the shell of a launcher of the JVM mode says before its first line
        String err =
                String.join(
                        "",
                        result.err()
                                .lines()
                                .filter(line -> !line.contains("getcwd() failed"))
                                .map(line -> line + "\n")
                                .toList());
        return new Result(result.status(), result.out(), err);
    }

    private String ok(String... args) {
        Result result = inLost(args);
        assertEquals(new Result(0, result.out(), ""), result, () -> String.join(" ", args));
        return result.out();
    }

    private String refused(int status, String... args) {
        Result result = inLost(args);
        assertEquals(status, result.status(), () -> String.join(" ", args) + ": " + result);
        String first = result.err().lines().findFirst().orElse("");
        assertFalse(result.err().contains("\tat "), result.err());
        return first;
    }

    @Test
    void everyVerbWorksOnAbsolutePaths() {
        String id = runtime.id();
        String bundle = runtime.program("/bin/sleep", "1000").toString();
        Path pidFile = runtime.work().resolve("pid");
        ok("create", "--bundle", bundle, "--pid-file", pidFile.toString(), id);
        ok("start", id);
        String pid = RuntimeExtension.text(pidFile);
        assertTrue(ok("state", id).contains(pid));
        assertTrue(ok("list").contains(id));
        assertTrue(ok("ps", id).contains("sleep"));
        assertTrue(ok("ps", "--format", "json", id).contains(pid));
        assertEquals("/\n", ok("exec", id, "/bin/pwd"));
        ok("exec", "--detach", "--pid-file", pidFile.toString(), id, "/bin/true");
        ok("kill", id, "KILL");
        RuntimeExtension.awaitEnd(Long.parseLong(pid));
        ok("delete", id);
        assertEquals("", ok("run", "--bundle", runtime.program("/bin/true").toString(), id));
        assertEquals("", ok("delete", "--force", id));
        assertTrue(ok("features").contains("ociVersion"));
        assertTrue(ok("completion").contains("reaper-runtime"));
        assertTrue(ok("--version").contains("reaper-runtime"));
    }

    @Test
    void whatBeginsAtTheDirectoryIsRefused() {
        String id = runtime.id();
        String bundle = runtime.program("/bin/true").toString();
        assertEquals("\".\": the " + GONE, refused(1, "create", id));
        assertEquals("\"b\": the " + GONE, refused(1, "create", "--bundle", "b", id));
        assertEquals("\".\": the " + GONE, refused(1, "run", id));
        assertEquals("\".\": the " + GONE, refused(1, "spec"));
        assertEquals(
                "\"p\": the " + GONE,
                refused(1, "create", "--bundle", bundle, "--pid-file", "p", id));
        assertEquals("\"p\": the " + GONE, refused(255, "exec", "--process", "p", id));
        assertEquals("\"l\": the " + GONE, refused(1, "--log", "l", "list"));
        assertEquals("\"r\": the " + GONE, refused(1, "--root", "r", "list"));
        assertFalse(Files.exists(runtime.root().resolve(id)));
    }

    /** A directory where a file is expected, and the other way round. */
    @Test
    void whatIsOfAnotherKindIsToldInWords() throws IOException {
        String id = runtime.id();
        String bundle = runtime.program("/bin/sleep", "1000").toString();
        String directory = Files.createDirectory(runtime.work().resolve("directory")).toString();
        Path loop = runtime.work().resolve("loop");
        Files.createSymbolicLink(loop, loop);
        Path odd = Files.createDirectories(runtime.work().resolve("odd/config.json")).getParent();

        assertEquals("/etc/passwd: not a directory", withRoot("/etc/passwd", "list"));
        assertEquals("container does not exist: " + id, withRoot("/etc/passwd", "state " + id));
        assertTrue(
                withRoot(loop.toString(), "list")
                        .startsWith(loop + ": too many levels of symbolic links"));
        assertEquals(
                odd + "/config.json: not a regular file",
                runtime.refused("create", "--bundle", odd.toString(), id));
        assertEquals(
                "rename " + directory + ": is a directory",
                runtime.refused("create", "--bundle", bundle, "--pid-file", directory, id));
        assertEquals(
                "open " + directory + ": is a directory",
                runtime.refused("--log", directory, "list"));
        runtime.ok("run", "--detach", "--bundle", bundle, id);
        Result exec = runtime.run("exec", "--process", directory, id);
        assertEquals(
                new Result(255, "", "exec failed: " + directory + ": not a regular file\n"), exec);
    }

    /**
     * create was killed: nobody is left whom the stage could tell, and stderr is the container's.
     */
    @Test
    void anInitStageOfNobodySaysNothing() throws IOException, InterruptedException {
        Path err = runtime.work().resolve("err");
        Process stage =
                new ProcessBuilder(RuntimeExtension.executable(), "init", "900")
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(err.toFile())
                        .redirectErrorStream(true)
                        .start();
        assertEquals(1, stage.waitFor());
        assertEquals("", Files.readString(err));
    }

    /** The error of a verb with another root than the test's. */
    private String withRoot(String root, String verb) {
        Result result = runtime.run(List.of("sh", "-c", "exec \"$0\" --root " + root + " " + verb));
        assertEquals(1, result.status(), result.toString());
        assertEquals(1, result.err().lines().count(), result.err());
        return result.err().strip();
    }
}
