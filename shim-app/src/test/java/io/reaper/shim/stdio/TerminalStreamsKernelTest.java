package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;
import static io.reaper.linux.seam.OpenFlags.O_RDWR;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.terminal.Pty;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.log.ShimLog;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
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

/**
 * Real programs on real terminals; the test plays the runtime, which sends the master, and the
 * client.
 */
@Tag("kernel")
@Timeout(300)
class TerminalStreamsKernelTest {

    private static final StreamOwner OWNER = new StreamOwner("ns", "c");
    private static final int MEGABYTES = 10;
    private static final int LIMIT_SECONDS = 60;

    @TempDir private Path directory;
    private final List<Pidfd> processes = new ArrayList<>();
    private KernelEvents kernel;
    private Path in;
    private Path out;
    private Fd typing;
    private Fd screen;

    @BeforeEach
    void open() {
        kernel = KernelEvents.start(ShimLog.silent());
        in = fifo("in");
        out = fifo("out");
        typing = Fd.open(in, O_RDWR);
        screen = Fd.open(out, O_RDONLY | O_NONBLOCK);
        screen.setNonBlocking(false);
    }

    @AfterEach
    void close() {
        for (Pidfd process : processes) {
            try {
                process.signal(9);
                process.await();
            } catch (RuntimeException e) {
                // reaped by the test
            } finally {
                process.close();
            }
        }
        typing.close();
        screen.close();
        kernel.close();
    }

    private Path fifo(String name) {
        Path path = directory.resolve(name);
        LinuxFiles.mkfifo(path, 0600);
        return path;
    }

    private ProcessStreams streams() {
        return ProcessStreams.open(
                new StdioRequest(in.toString(), out.toString(), "", true),
                OWNER,
                new StreamContext(
                        new ReaderWatch(kernel),
                        kernel,
                        new Reaper(kernel, ShimLog.silent()),
                        ShimLog.silent()));
    }

    /** A shell script on a new terminal whose master goes the way that a runtime sends it. */
    private Pidfd run(ProcessStreams streams, String script) {
        try (Pty pty = Pty.open();
                Fd socket = UnixSockets.connect(streams.consoleSocket().orElseThrow())) {
            SpawnRequest request =
                    SpawnRequest.of(
                            List.of("/usr/bin/setsid", "--ctty", "/bin/sh", "-c", script),
                            List.of("PATH=/usr/bin:/bin"),
                            List.of(pty.slave(), pty.slave(), pty.slave()));
            Pidfd process = Spawner.spawn(request).pidfd();
            processes.add(process);
            UnixSockets.sendDescriptor(socket, pty.master(), "/dev/ptmx");
            streams.handedOver();
            return process;
        }
    }

    private void type(String text) {
        typing.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What the screen shows until a text has come. */
    private String until(Fd from, String expected) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        while (!shown.toString(StandardCharsets.UTF_8).contains(expected)) {
            int count = from.read(buffer, 0, buffer.length);
            assertTrue(count > 0, "ended after: " + shown);
            shown.write(buffer, 0, count);
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    private String until(String expected) {
        return until(screen, expected);
    }

    private static void await(CompletableFuture<?> future) throws Exception {
        future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void typedTextReachesTheProgramAndIsEchoed() throws Exception {
        try (ProcessStreams streams = streams()) {
            Pidfd process = run(streams, "read line; echo \"got <$line>\"; exit 3");
            type("hello\n");
            until("got <hello>\r\n");
            assertEquals(new ExitStatus(3, 0), process.await());
            await(streams.processEnded());
            assertEquals(0, screen.read(new byte[1], 0, 1), "the client sees the end");
        }
    }

    @Test
    void controlCharactersAreSignalsAndTheEndOfInput() throws Exception {
        try (ProcessStreams streams = streams()) {
            Pidfd process =
                    run(streams, "trap 'echo interrupted' INT; cat; echo again; cat; echo over");
            type("x\n");
            until("x\r\nx\r\n");
            type("\u0003");
            until("again\r\n");
            type("\u0004");
            until("over\r\n");
            assertEquals(new ExitStatus(0, 0), process.await());
        }
    }

    @Test
    void theWindowHasTheSizeOfBeforeAndItsChangesAreTold() throws Exception {
        try (ProcessStreams streams = streams()) {
            streams.resize(new WindowSize(100, 30));
            Pidfd process =
                    run(
                            streams,
                            // a signal never slips in between a look for it and wait, as it may
                            // with read
                            "read go; stty size; trap 'stty size; exit 0' WINCH; sleep 1000 &"
                                    + " echo ready; while :; do wait; done");
            type("go\n");
            assertTrue(until("ready\r\n").contains("30 100\r\n"));
            streams.resize(new WindowSize(132, 43));
            until("43 132\r\n");
            assertEquals(new ExitStatus(0, 0), process.await());
        }
    }

    @Test
    void tenMegabytesComeThroughIntactAndNothingOfTheEndIsLost() throws Exception {
        byte[] sent = new byte[MEGABYTES << 20];
        new Random(7).nextBytes(sent);
        Path file = Files.write(directory.resolve("data"), sent);
        try (ProcessStreams streams = streams()) {
            CompletableFuture<byte[]> shown =
                    CompletableFuture.supplyAsync(() -> screen.readAll(MEGABYTES << 21));
            Pidfd process = run(streams, "stty raw; exec cat " + file);
            process.await();
            await(streams.processEnded());
            assertArrayEquals(sent, shown.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatIsTypedFasterThanReadWaits() throws Exception {
        int size = 1 << 20;
        byte[] sent = new byte[size];
        new Random(8).nextBytes(sent);
        try (ProcessStreams streams = streams()) {
            Pidfd process =
                    run(streams, "stty raw -echo; echo ready; head -c " + size + " | sha256sum");
            until("ready");
            CompletableFuture<Void> typed = CompletableFuture.runAsync(() -> typing.write(sent));
            String digest =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sent));
            until(digest);
            await(typed);
            process.await();
        }
    }

    @Test
    void aScreenThatNobodyReadsHoldsTheProgramAndLosesNothing() throws Exception {
        screen.close();
        int size = 2 << 20;
        try (ProcessStreams streams = streams()) {
            Pidfd process = run(streams, "stty raw; yes | head -c " + size + "; exit 5");
            // blocked: the FIFO, the relay and the terminal are full
            assertFalse(ended(process, 300));
            try (Fd late = Fd.open(out, O_RDONLY)) {
                CompletableFuture<byte[]> shown =
                        CompletableFuture.supplyAsync(() -> late.readAll(size));
                assertEquals(new ExitStatus(5, 0), process.await());
                await(streams.processEnded());
                assertEquals(size, shown.get(LIMIT_SECONDS, TimeUnit.SECONDS).length);
            }
        }
    }

    private static boolean ended(Pidfd process, int millis) {
        // the proof of waiting is that time passes
        return Poll.await(
                        Deadline.after(Duration.ofMillis(millis)),
                        new Poll.Entry(process.fd(), Poll.POLLIN))[0]
                != 0;
    }

    @Test
    void theEndWaitsForAReaderThatComesLate() throws Exception {
        screen.close();
        try (ProcessStreams streams = streams()) {
            Pidfd process = run(streams, "echo last words");
            process.await();
            await(streams.processEnded());
            try (Fd late = Fd.open(out, O_RDONLY)) {
                assertEquals(
                        "last words\r\n", new String(late.readAll(4096), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aClientThatVanishesAndOneThatComesBack() throws Exception {
        try (ProcessStreams streams = streams()) {
            Pidfd process = run(streams, "while read line; do echo \"<$line>\"; done");
            type("one\n");
            until("<one>\r\n");
            screen.close();
            typing.close();
            try (Fd again = Fd.open(in, O_WRONLY);
                    Fd reader = Fd.open(out, O_RDONLY)) {
                again.write("two\n".getBytes(StandardCharsets.UTF_8));
                until(reader, "<two>\r\n");
            }
            assertFalse(ended(process, 0));
        }
    }

    @Test
    void aProgramThatClosesItsTerminalForAWhileKeepsIt() throws Exception {
        try (ProcessStreams streams = streams()) {
            Pidfd process =
                    run(streams, "exec <&- >&- 2>&-; sleep 0.2; exec >/dev/tty; echo back; exit 0");
            until("back\r\n");
            process.await();
        }
    }

    @Test
    void aBackgroundProcessDoesNotHoldBackTheEnd() throws Exception {
        try (ProcessStreams streams = streams()) {
            Pidfd process = run(streams, "trap '' HUP; setsid sleep 1000 & echo pid=$!.; exit 0");
            String shown = until(".");
            String pid = shown.substring(shown.indexOf('=') + 1, shown.indexOf('.'));
            try (Pidfd left = Pidfd.open(Integer.parseInt(pid))) {
                process.await();
                await(streams.processEnded());
                assertEquals(0, screen.read(new byte[1], 0, 1));
                left.signal(9);
            }
        }
    }

    @Test
    void closeStdinEndsNothing() throws Exception {
        try (ProcessStreams streams = streams()) {
            Pidfd process = run(streams, "read line; echo \"<$line>\"; exit 4");
            streams.closeStdin();
            type("x\n");
            typing.close();
            until("<x>\r\n");
            assertEquals(new ExitStatus(4, 0), process.await());
        }
    }

    @Test
    void aRuntimeThatSendsNothingIsAnErrorAndNothingIsLeft() {
        try (ProcessStreams streams = streams()) {
            Path socket = streams.consoleSocket().orElseThrow();
            UnixSockets.connect(socket).close();
            ShimException failure = assertThrows(ShimException.class, streams::handedOver);
            assertTrue(failure.getMessage().startsWith("the OCI runtime sent no terminal"));
            assertFalse(LinuxFiles.exists(socket.getParent()));
        }
    }

    @Test
    void withoutACommandNothingIsLeft() {
        Path socket;
        try (ProcessStreams streams = streams()) {
            socket = streams.consoleSocket().orElseThrow();
            assertTrue(LinuxFiles.exists(socket));
        }
        assertFalse(LinuxFiles.exists(socket.getParent()));
    }

    @Test
    void aResizeAfterTheEndIsNoError() throws Exception {
        try (ProcessStreams streams = streams()) {
            run(streams, "exit 0").await();
            await(streams.processEnded());
            streams.resize(new WindowSize(1, 1));
        }
    }
}
