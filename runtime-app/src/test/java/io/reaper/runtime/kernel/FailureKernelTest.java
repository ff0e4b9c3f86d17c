package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot work fails in one clear line, at the right verb, and leaves nothing. */
@Tag("kernel")
class FailureKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private String createRefused(TestBundle bundle) {
        String line = runtime.refused("create", runtime.id(), "--bundle", bundle.toString());
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())), "nothing is left");
        return line;
    }

    @Test
    void aMissingProgramFailsCreate() {
        assertEquals(
                "unable to start container process: exec: \"/nope\": stat /nope: no such file or"
                        + " directory",
                createRefused(runtime.program("/nope")));
        assertEquals(
                "unable to start container process: exec: \"nope\": executable file not found in"
                        + " $PATH",
                createRefused(runtime.program("nope")));
    }

    @Test
    void aProgramThatMayNotBeRunFailsCreate() throws IOException {
        assertEquals(
                "unable to start container process: exec: \"/etc/passwd\": permission denied",
                createRefused(runtime.program("/etc/passwd")));
        // by the rights of the container's user, not of root
        Path mine = runtime.work().resolve("mine");
        Files.createFile(mine);
        Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(runtime.work(), PosixFilePermissions.fromString("rwxr-xr-x"));
        TestBundle bundle = runtime.program(mine.toString());
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        assertEquals(
                "unable to start container process: exec: \"" + mine + "\": permission denied",
                createRefused(bundle.write()));
    }

    @Test
    void aMissingDirectoryFailsCreate() {
        TestBundle bundle = runtime.program("true");
        bundle.process().put("cwd", "/nope");
        assertEquals(
                "unable to start container process: chdir to cwd (\"/nope\") set in config.json"
                        + " failed: no such file or directory",
                createRefused(bundle.write()));
    }

    @Test
    void whatTheKernelCannotExecuteFailsStart() throws IOException {
        Path garbage = runtime.work().resolve("garbage");
        Files.write(garbage, new byte[] {1, 2, 3, 4});
        Files.setPosixFilePermissions(garbage, PosixFilePermissions.fromString("rwxr-xr-x"));
        runtime.ok("create", "-b", runtime.program(garbage.toString()).toString(), runtime.id());
        assertEquals(
                "unable to start container process: exec " + garbage + ": exec format error",
                runtime.refused("start", runtime.id()));
        // init has ended when start says so
        assertEquals("stopped", runtime.status(runtime.id()));
        runtime.ok("delete", runtime.id());
    }

    @Test
    void badBundlesAndIdsLeaveNothing() throws IOException {
        TestBundle bundle = runtime.program("true");
        bundle.process().withArray("args").add(7);
        assertEquals(
                "config.json: process.args[1]: expected a string, found a number",
                createRefused(bundle.write()));
        try (RandomAccessFile huge =
                new RandomAccessFile(bundle.dir().resolve("config.json").toFile(), "rw")) {
            huge.setLength(50L << 20);
        }
        assertTrue(createRefused(bundle).endsWith("52428800 bytes, at most 16777216 are read"));
        for (String id : List.of("../x", ".", "", "a/b", "x".repeat(2000))) {
            Result result = runtime.run("create", id, "--bundle", bundle.toString());
            assertEquals(1, result.status());
            assertTrue(result.err().startsWith("invalid container id"), result.err());
        }
        assertFalse(Files.exists(runtime.root()), "not even the root directory");
    }

    @Test
    void argumentsBeyondTheKernelsLimitFailStartAtTheLatest() {
        TestBundle bundle = runtime.program("true");
        bundle.process().withArray("args").add("x".repeat(9 << 20));
        assertEquals(
                "unable to start container process: process.args and process.env:"
                        + " argument list too long",
                createRefused(bundle.write()));
        TestBundle shorter = runtime.program("true");
        shorter.process().withArray("args").add("x".repeat(3 << 20));
        assertTrue(
                runtime.refused("run", "-b", shorter.write().toString(), runtime.id())
                        .endsWith("/true: argument list too long"));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void anUnwritablePidFileUndoesTheCreate() {
        TestBundle bundle = runtime.script("exec sleep 1000");
        String line =
                runtime.refused(
                        "create",
                        runtime.id(),
                        "-b",
                        bundle.toString(),
                        "--pid-file",
                        "/nope/init.pid");
        assertTrue(line.contains("/nope/"), line);
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void errorsAndWarningsAreInTheLogAndNowhereElse() throws IOException {
        Path log = runtime.work().resolve("log.json");
        TestBundle bundle = runtime.program("true");
        bundle.config().put("hostname", "x");
        bundle.process().putObject("capabilities").putArray("bounding").add("CAP_FOO");
        bundle.write();
        String[] global = {"--log", log.toString(), "--log-format", "json"};
        assertEquals("", runtime.ok(with(global, "create", "-b", bundle.toString(), runtime.id())));
        List<String> lines = Files.readAllLines(log);
        assertEquals(2, lines.size(), lines.toString());
        assertEquals(
                "ignoring unknown or unavailable capabilities: [CAP_FOO]", message(lines.get(0)));
        assertEquals(
                "host mode: these properties of config.json are not applied:"
                        + " root, linux.namespaces (mount), hostname",
                message(lines.get(1)));
        runtime.refused(with(global, "create", "-b", bundle.toString(), runtime.id()));
        assertEquals(
                "container with id " + runtime.id() + " already exists (bundle " + bundle + ")",
                message(Files.readAllLines(log).getLast()));
    }

    private static String message(String line) {
        return RuntimeExtension.json(line).get("msg").asText();
    }

    private static String[] with(String[] global, String... args) {
        String[] all = java.util.Arrays.copyOf(global, global.length + args.length);
        System.arraycopy(args, 0, all, global.length, args.length);
        return all;
    }
}
