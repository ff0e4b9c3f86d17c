package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.log.ShimLog;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The streams of a process on real FIFOs; the test plays the process and the client. */
@Tag("kernel")
@Timeout(60)
class ProcessStreamsKernelTest {

    private static final StreamOwner OWNER = new StreamOwner("ns", "c");
    private static final int PIPE_CAPACITY = 64 * 1024;

    @TempDir private Path directory;
    private KernelEvents kernel;
    private Path in;
    private Path out;

    @BeforeEach
    void open() {
        kernel = KernelEvents.start(ShimLog.silent());
        in = fifo("in");
        out = fifo("out");
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private Path fifo(String name) {
        Path path = directory.resolve(name);
        LinuxFiles.mkfifo(path, 0700);
        return path;
    }

    private StreamContext context() {
        return new StreamContext(
                new ReaderWatch(kernel),
                kernel,
                new Reaper(kernel, ShimLog.silent()),
                ShimLog.silent());
    }

    private static void processEnded(ProcessStreams streams) {
        assertTrue(streams.processEnded().isDone(), "the process itself has written it all");
    }

    private ProcessStreams streams() {
        return ProcessStreams.open(
                new StdioRequest(in.toString(), out.toString(), "", false), OWNER, context());
    }

    /** The process's own copies of 0, 1, 2, and none of them left with the shim. */
    private static Fd[] process(ProcessStreams streams) {
        Fd[] copies = streams.forProcess().stream().map(Fd::duplicate).toArray(Fd[]::new);
        streams.handedOver();
        return copies;
    }

    private static void end(Fd... process) {
        for (Fd fd : process) {
            fd.close();
        }
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static byte[] readToEnd(Fd reader) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] chunk = new byte[8192];
        for (int n; (n = reader.read(chunk, 0, chunk.length)) > 0; ) {
            all.write(chunk, 0, n);
        }
        return all.toByteArray();
    }

    @Test
    void opensWithoutAClient() {
        try (ProcessStreams streams = streams()) {
            assertEquals(3, streams.forProcess().size());
        }
    }

    @Test
    void aClientSeesTheEndWhenTheProcessHasEnded() throws Exception {
        try (ProcessStreams streams = streams()) {
            Fd[] process = process(streams);
            CompletableFuture<byte[]> client = clientReads(out);
            process[1].write("hello".getBytes(StandardCharsets.UTF_8));
            end(process);
            processEnded(streams);
            assertEquals(
                    "hello", new String(client.get(30, TimeUnit.SECONDS), StandardCharsets.UTF_8));
        }
    }

    private static CompletableFuture<byte[]> clientReads(Path fifo) {
        Fd reader = Fd.open(fifo, O_RDONLY); // the shim writes: does not wait
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(
                        () -> {
                            try (reader) {
                                all.complete(readToEnd(reader));
                            }
                        });
        return all;
    }

    @Test
    void aReaderThatVanishesDoesNotBreakThePipe() throws Exception {
        try (ProcessStreams streams = streams()) {
            Fd[] process = process(streams);
            byte[] all = bytes(PIPE_CAPACITY);
            try (Fd first = Fd.open(out, O_RDONLY)) {
                process[1].write(Arrays.copyOf(all, 1000));
                assertArrayEquals(Arrays.copyOf(all, 1000), read(first, 1000));
            }
            process[1].write(Arrays.copyOfRange(all, 1000, PIPE_CAPACITY));
            CompletableFuture<byte[]> second = clientReads(out);
            end(process);
            processEnded(streams);
            assertArrayEquals(
                    Arrays.copyOfRange(all, 1000, PIPE_CAPACITY), second.get(30, TimeUnit.SECONDS));
        }
    }

    private static byte[] read(Fd reader, int count) {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; ) {
            at += reader.read(bytes, at, count - at);
        }
        return bytes;
    }

    @Test
    void outputOfAnEndedProcessWaitsForAReader() throws Exception {
        try (ProcessStreams streams = streams()) {
            Fd[] process = process(streams);
            byte[] all = bytes(PIPE_CAPACITY);
            process[1].write(all);
            end(process);
            processEnded(streams);
            assertArrayEquals(all, clientReads(out).get(30, TimeUnit.SECONDS));
        }
    }

    /** A reader may come at any moment around the end: it always sees all bytes and the end. */
    @RepeatedTest(300)
    void noReaderIsOverlookedAtTheEnd() throws Exception {
        try (ProcessStreams streams = streams()) {
            Fd[] process = process(streams);
            process[1].write(bytes(100));
            end(process);
            CompletableFuture<byte[]> client = new CompletableFuture<>();
            Thread reader =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try (Fd fd = Fd.open(out, O_RDONLY)) {
                                            client.complete(readToEnd(fd));
                                        }
                                    });
            processEnded(streams);
            assertArrayEquals(bytes(100), client.get(30, TimeUnit.SECONDS));
            reader.join();
        }
    }

    @Test
    void deleteGivesUpWhatNobodyRead() {
        ProcessStreams streams = streams();
        Fd[] process = process(streams);
        process[1].write(bytes(10));
        end(process);
        processEnded(streams);
        streams.close();
        LinuxException nobody =
                assertThrows(LinuxException.class, () -> Fd.open(out, O_WRONLY | O_NONBLOCK));
        assertEquals(Errno.ENXIO, nobody.errno());
        try (Fd late = Fd.open(out, O_RDONLY | O_NONBLOCK)) {
            assertEquals(0, late.read(new byte[1], 0, 1), "no writer is left");
        }
    }

    @Test
    void stdinDoesNotEndBetweenTwoClients() throws Exception {
        try (ProcessStreams streams = streams()) {
            Fd[] process = process(streams);
            try (Fd first = Fd.open(in, O_WRONLY)) {
                first.write("1".getBytes(StandardCharsets.UTF_8));
            }
            assertEquals('1', read(process[0], 1)[0]);
            CompletableFuture<byte[]> rest = readsRest(process[0]);
            Fd second = Fd.open(in, O_WRONLY);
            second.write("2".getBytes(StandardCharsets.UTF_8));
            streams.closeStdin();
            streams.closeStdin(); // idempotent
            second.write("3".getBytes(StandardCharsets.UTF_8));
            second.close();
            assertEquals("23", new String(rest.get(30, TimeUnit.SECONDS), StandardCharsets.UTF_8));
            end(process);
        }
    }

    private static CompletableFuture<byte[]> readsRest(Fd stdin) {
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> all.complete(readToEnd(stdin)));
        return all;
    }

    @Test
    void stdoutAndStderrMayShareAFifo() throws Exception {
        StdioRequest both = new StdioRequest("", out.toString(), out.toString(), false);
        try (ProcessStreams streams = ProcessStreams.open(both, OWNER, context())) {
            Fd[] process = process(streams);
            process[1].write("o".getBytes(StandardCharsets.UTF_8));
            process[2].write("e".getBytes(StandardCharsets.UTF_8));
            end(process);
            processEnded(streams);
            byte[] all = clientReads(out).get(30, TimeUnit.SECONDS);
            assertEquals("oe", new String(all, StandardCharsets.UTF_8));
        }
    }

    @Test
    void appendsToALogFile() throws Exception {
        Path log = directory.resolve("new/dir/log");
        StdioRequest request = new StdioRequest("", "file://" + log, "file://" + log, false);
        for (int i = 0; i < 2; i++) {
            try (ProcessStreams streams = ProcessStreams.open(request, OWNER, context())) {
                Fd[] process = process(streams);
                process[1].write("o".getBytes(StandardCharsets.UTF_8));
                process[2].write("e".getBytes(StandardCharsets.UTF_8));
                end(process);
                processEnded(streams);
            }
        }
        assertEquals("oeoe", Files.readString(log));
    }

    @Test
    void whatIsMissingIsNamedAndNothingStaysOpen() {
        StdioRequest request = new StdioRequest(in.toString(), "/no/such", "", false);
        LinuxException missing =
                assertThrows(
                        LinuxException.class, () -> ProcessStreams.open(request, OWNER, context()));
        assertEquals("stat /no/such: no such file or directory", missing.getMessage());
        assertThrows(LinuxException.class, () -> Fd.open(in, O_WRONLY | O_NONBLOCK));
    }
}
