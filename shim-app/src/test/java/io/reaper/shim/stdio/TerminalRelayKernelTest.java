package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.shim.exit.ChildProcess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay between a terminal and the client's FIFOs at its limits: much data, moments that are
 * easy to miss, sides that are not there.
 */
@Tag("kernel")
@Timeout(120)
class TerminalRelayKernelTest {

    private static final int TEN_MEGABYTES = 10 * 1000 * 1000;
    private static final String RAW = "stty raw -echo; ";

    /** A shell that says each change of its terminal's size until it is killed. */
    private static final String SAYS_SIZE =
            "trap 'stty size' WINCH; sleep 1000 & echo ready; while :; do wait; done";

    @TempDir private Path directory;

    private TerminalRig rig() {
        return new TerminalRig(directory, "t");
    }

    private byte[] data(int count) throws Exception {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        Files.write(directory.resolve("data"), bytes);
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** No moment between the last output and the end is one at which output is lost. */
    @RepeatedTest(100)
    void theLastOutputIsNotLost() throws Exception {
        try (TerminalRig rig = rig();
                TerminalClient client = rig.client()) {
            rig.end(rig.sh("echo last"));
            CompletableFuture<Void> drained = rig.streams.processEnded();
            assertEquals("last\r\n", text(client.readToEnd()));
            TerminalRig.await(drained);
        }
    }

    @Test
    void tenMegabytesOfInputAreIntact() throws Exception {
        byte[] bytes = data(TEN_MEGABYTES);
        try (TerminalRig rig = rig();
                TerminalClient client = rig.client()) {
            ChildProcess process =
                    rig.sh(RAW + "echo ready; head -c " + bytes.length + " >$1/copy");
            client.readUntil("ready\n");
            client.type(bytes);
            assertEquals(0, rig.end(process).status().shellStatus());
            assertArrayEquals(bytes, Files.readAllBytes(directory.resolve("copy")));
        }
    }

    /** As at a restart of containerd, with the terminal full of what nobody reads meanwhile. */
    @Test
    void aClientThatComesBackGetsAllThatTheFirstHasNotRead() throws Exception {
        byte[] bytes = data(TEN_MEGABYTES);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        try (TerminalRig rig = rig()) {
            ChildProcess process = rig.sh(RAW + "exec cat $1/data");
            for (int i = 1; i < 5; i++) {
                try (TerminalClient client = rig.client()) {
                    seen.writeBytes(client.read(1000 * 1000 + i));
                }
            }
            try (TerminalClient last = rig.client()) {
                seen.writeBytes(last.read(bytes.length - seen.size()));
                rig.end(process);
                TerminalRig.await(rig.streams.processEnded());
                assertEquals(0, last.readToEnd().length);
            }
        }
        assertArrayEquals(bytes, seen.toByteArray());
    }

    @Test
    void outputOfAnEndedProcessWaitsForAReader() throws Exception {
        try (TerminalRig rig = rig()) {
            String filler = rig.fillOutput();
            rig.end(rig.sh("echo last"));
            CompletableFuture<Void> drained = rig.streams.processEnded();
            assertFalse(drained.isDone(), "the FIFO is full");
            try (TerminalClient late = rig.client()) {
                assertEquals(filler + "last\r\n", text(late.readToEnd()));
            }
            TerminalRig.await(drained);
        }
    }

    @Test
    void closeEndsTheWaitForAReader() throws Exception {
        try (TerminalRig rig = rig()) {
            rig.fillOutput();
            rig.end(rig.sh("echo last"));
            CompletableFuture<Void> drained = rig.streams.processEnded();
            rig.streams.close();
            TerminalRig.await(drained);
            assertThrows(LinuxException.class, () -> Fd.open(rig.out, O_WRONLY | O_NONBLOCK));
        }
    }

    /** Neither ours nor the process's: it is held up, and others are not. */
    @Test
    void whatNobodyReadsFillsNoMemoryAndHoldsUpNobodyElse() throws Exception {
        int passed = 100_000;
        byte[] bytes = data(TEN_MEGABYTES);
        try (TerminalRig stuck = new TerminalRig(directory, "stuck");
                TerminalRig other = new TerminalRig(directory, "other");
                TerminalClient client = other.client()) {
            ChildProcess process = stuck.sh(RAW + "exec cat $1/data");
            try (TerminalClient first = stuck.client()) {
                first.read(passed);
            }
            other.sh(RAW + "cat $1/data");
            assertArrayEquals(bytes, client.read(bytes.length));
            long taken = positionOfThirdDescriptor(process.pid());
            assertTrue(taken < passed + 1_000_000, taken + " bytes were taken from the process");
        }
    }

    private static long positionOfThirdDescriptor(int pid) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/fdinfo/3")).stream()
                .filter(line -> line.startsWith("pos:"))
                .mapToLong(line -> Long.parseLong(line.substring(4).strip()))
                .findFirst()
                .orElseThrow();
    }

    /** The end of what the client types is no end of the terminal, as with containerd's shim. */
    @Test
    void closingStdinLeavesTheTerminalOpen() throws Exception {
        try (TerminalRig rig = rig()) {
            rig.sh("read line; echo got $line; " + SAYS_SIZE);
            try (TerminalClient client = rig.client()) {
                rig.streams.closeStdin();
                rig.streams.closeStdin(); // idempotent
                client.type("x\n");
                client.readUntil("got x\r\nready\r\n");
            }
            rig.streams.resize(new WindowSize(132, 43));
            try (TerminalClient viewer = rig.viewer()) {
                viewer.readUntil("43 132\r\n");
            }
        }
    }

    /** A pod with {@code tty: true} and without {@code stdin: true}. */
    @Test
    void aTerminalWithoutInput() throws Exception {
        try (TerminalRig rig = new TerminalRig(directory, "t", false);
                TerminalClient viewer = rig.viewer()) {
            ChildProcess process = rig.sh("test -t 0 && echo hello");
            assertEquals(0, rig.end(process).status().shellStatus());
            rig.streams.closeStdin();
            TerminalRig.await(rig.streams.processEnded());
            assertEquals("hello\r\n", text(viewer.readToEnd()));
        }
    }

    /** The kernel hangs up a terminal when its session's leader ends, whoever has it open. */
    @RepeatedTest(20)
    void whatIsLeftBehindDoesNotHoldUpTheEnd() throws Exception {
        try (TerminalRig rig = rig();
                TerminalClient client = rig.client()) {
            rig.end(rig.sh("trap '' HUP; setsid sleep 1000 & sleep 1000 & echo over"));
            TerminalRig.await(rig.streams.processEnded());
            assertEquals("over\r\n", text(client.readToEnd()));
        }
    }

    @Test
    void theConsoleSocketIsForRootAloneAndGoesAway() throws Exception {
        try (TerminalRig rig = rig()) {
            Path socket = rig.streams.consoleSocket().orElseThrow();
            assertTrue(
                    socket.toString().length() < 100, "runc wants to bind or connect: " + socket);
            assertEquals("rwx------", permissions(socket.getParent()));
            assertEquals("rw-------", permissions(socket));
            rig.sh("exit 0");
            assertFalse(Files.exists(socket.getParent()));
        }
        try (TerminalRig unused = new TerminalRig(directory, "unused")) {
            Path socket = unused.streams.consoleSocket().orElseThrow();
            unused.streams.close();
            assertFalse(Files.exists(socket.getParent()));
        }
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
