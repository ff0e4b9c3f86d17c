package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Exit;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.log.ShimLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loggers that are small shell scripts, and a real process that writes to them. */
@Tag("kernel")
@Timeout(60)
class LoggerKernelTest {

    private static final String READY = "echo >&5; exec 5>&-; ";
    private static final String COPIES =
            READY + "cat <&4 >\"$2/err\" & cat <&3 >\"$2/out\"; wait; : >\"$2/done\"";

    @TempDir private Path directory;
    private KernelEvents kernel;
    private Reaper reaper;

    @BeforeEach
    void open() {
        kernel = KernelEvents.start(ShimLog.silent());
        reaper = new Reaper(kernel, ShimLog.silent());
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    /** An address whose first argument is {@code dir}, the second the test's directory. */
    private String logger(String scheme, String script) throws Exception {
        Path program = directory.resolve("logger");
        Files.writeString(program, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return scheme + "://" + program + "?dir=" + directory;
    }

    private ProcessStreams streams(String address) {
        return ProcessStreams.open(
                new StdioRequest("", address, address, false),
                new StreamOwner("space", "box"),
                new StreamContext(new ReaderWatch(kernel), kernel, reaper, ShimLog.silent()));
    }

    private Exit run(ProcessStreams streams, String script) {
        ChildProcess process =
                reaper.spawn(
                        SpawnRequest.of(
                                List.of("/bin/sh", "-c", script, "sh", directory.toString()),
                                List.of("PATH=/usr/bin:/bin"),
                                streams.forProcess()));
        streams.handedOver();
        return await(process.exit());
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.copy().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private String file(String name) throws Exception {
        return Files.readString(directory.resolve(name));
    }

    @Test
    void takesBothStreamsToTheirEnds() throws Exception {
        byte[] bytes = new byte[10 * 1000 * 1000];
        new Random(1).nextBytes(bytes);
        Files.write(directory.resolve("data"), bytes);
        try (ProcessStreams streams = streams(logger("binary", COPIES))) {
            run(streams, "echo wrong >&2; cat $1/data");
            await(streams.processEnded());
            assertTrue(Files.exists(directory.resolve("done")), "it was not waited for");
            assertArrayEquals(bytes, Files.readAllBytes(directory.resolve("out")));
            assertEquals("wrong\n", file("err"));
        }
    }

    @Test
    void getsItsArgumentsAndNothingElse() throws Exception {
        String says =
                "printf '<%s>' \"$@\" >\"$2/args\"; tr '\\0' '\\n' </proc/$$/environ >\"$2/env\";"
                        + " ls /proc/$$/fd >\"$2/fds\"; readlink /proc/$$/fd/0 >\"$2/null\"; "
                        + COPIES;
        String address = logger("binary", says) + "&b=%26+1&a&b=2&=x";
        try (ProcessStreams streams = streams(address)) {
            run(streams, "exit 0");
            await(streams.processEnded());
        }
        assertEquals("<dir><" + directory + "><b><& 1><a><><><x>", file("args"));
        assertEquals(
                List.of("CONTAINER_ID=box", "CONTAINER_NAMESPACE=space"),
                file("env").lines().sorted().toList());
        List<String> own = List.of("0", "1", "2", "3", "4", "5");
        assertTrue(file("fds").lines().toList().containsAll(own), file("fds"));
        assertEquals("/dev/null\n", file("null"));
    }

    @Test
    void isReadyWithAByteOrWithTheEnd() throws Exception {
        for (String word : List.of(READY, "exec 5>&-; ")) {
            try (ProcessStreams streams = streams(logger("binary", word + "cat <&3 >\"$2/out\""))) {
                run(streams, "echo hello");
                await(streams.processEnded());
                assertEquals("hello\n", file("out"));
            }
        }
    }

    @Test
    void theSecondVersionMustSayThatItIsReady() throws Exception {
        String dies = logger("binary-v2", "exit 1");
        ShimException failure = assertThrows(ShimException.class, () -> streams(dies));
        assertEquals(ShimException.Kind.FAILED, failure.kind());
        assertEquals(
                "logger "
                        + directory.resolve("logger")
                        + " ended, or closed its descriptor 5, before it was ready",
                failure.getMessage());
        try (ProcessStreams streams = streams(logger("binary-v2", COPIES))) {
            run(streams, "echo hello");
            await(streams.processEnded());
            assertEquals("hello\n", file("out"));
        }
    }

    @Test
    void oneThatIsMissingIsNamedAndNothingStaysOpen() {
        Path in = directory.resolve("in");
        LinuxFiles.mkfifo(in, 0600);
        StdioRequest request = new StdioRequest(in + "", "binary:///no/such", "", false);
        StreamContext context =
                new StreamContext(new ReaderWatch(kernel), kernel, reaper, ShimLog.silent());
        ShimException failure =
                assertThrows(
                        ShimException.class,
                        () -> ProcessStreams.open(request, new StreamOwner("n", "c"), context));
        assertEquals(
                "logger /no/such cannot be started: start /no/such: no such file or directory",
                failure.getMessage());
        assertThrows(LinuxException.class, () -> Fd.open(in, O_WRONLY | O_NONBLOCK));
    }

    @Test
    void oneThatDiesBreaksThePipeAndHangsNobody() throws Exception {
        try (ProcessStreams streams = streams(logger("binary", READY + "exit 1"))) {
            Exit exit = run(streams, "while echo x; do :; done 2>&-; exit 3");
            assertTrue(List.of(3, 141).contains(exit.status().shellStatus()), exit + "");
            await(streams.processEnded());
        }
    }

    @Test
    void closeAsksOneThatStaysToEnd() throws Exception {
        String stays = "trap ': >\"$2/asked\"; kill $!; exit 0' TERM; sleep 1000 & ";
        stays += READY + "while :; do wait; done";
        CompletableFuture<Void> ended;
        try (ProcessStreams streams = streams(logger("binary", stays))) {
            run(streams, "exit 0");
            ended = streams.processEnded();
            assertFalse(ended.isDone());
        }
        await(ended);
        assertEquals("", file("asked"));
    }

    /** Its one output is descriptor 3; 4 is at its end. */
    @Test
    void takesWhatATerminalShows() throws Exception {
        String address = logger("binary", COPIES);
        try (TerminalRig rig = new TerminalRig(directory, "t", address)) {
            ChildProcess process = rig.sh("echo shown; echo too >&2");
            assertEquals(0, rig.end(process).status().shellStatus());
            TerminalRig.await(rig.streams.processEnded());
            assertEquals("shown\r\ntoo\r\n", file("out"));
            assertEquals("", file("err"));
        }
    }

    @Test
    void aLogFileTakesBothStreams() throws Exception {
        Path log = directory.resolve("new/log");
        StdioRequest request = new StdioRequest("", "file://" + log, "", false);
        StreamContext context =
                new StreamContext(new ReaderWatch(kernel), kernel, reaper, ShimLog.silent());
        try (ProcessStreams streams =
                ProcessStreams.open(request, new StreamOwner("n", "c"), context)) {
            run(streams, "echo out; echo err >&2");
            await(streams.processEnded());
        }
        assertEquals("out\nerr\n", Files.readString(log));
        assertEquals("rw-r--r--", permissions(log));
        assertEquals("rwxr-xr-x", permissions(log.getParent()));
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
