package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_RDONLY;
import static io.reaper.linux.seam.OpenFlags.O_RDWR;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.log.ShimLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The input of a real process without a terminal. */
@Tag("kernel")
@Timeout(60)
class StdinKernelTest {

    @TempDir private Path directory;

    /**
     * {@code (echo x; sleep 1) | ctr run … cat}: with CloseIO and the client's end it ends by
     * itself, so nothing else has the FIFO open for writing: not the shim, and not another child of
     * it that was born meanwhile.
     */
    @Test
    void endsWithTheLastClientAfterCloseIoAndNotBefore() throws Exception {
        Path in = fifo("in");
        Path out = fifo("out");
        KernelEvents kernel = KernelEvents.start(ShimLog.silent());
        Reaper reaper = new Reaper(kernel, ShimLog.silent());
        StdioRequest request = new StdioRequest(in + "", out + "", out + "", false);
        StreamContext context =
                new StreamContext(new ReaderWatch(kernel), kernel, reaper, ShimLog.silent());
        try (ProcessStreams streams =
                        ProcessStreams.open(request, new StreamOwner("ns", "c"), context);
                Fd screen = Fd.open(out, O_RDONLY);
                Fd none = Fd.open(Path.of("/dev/null"), O_RDWR)) {
            ChildProcess bystander =
                    spawn(reaper, List.of(none, none, none), "/usr/bin/sleep", "1000");
            ChildProcess cat = spawn(reaper, streams.forProcess(), "/usr/bin/cat");
            streams.handedOver();
            try {
                type(in, "1");
                assertEquals("1", read(screen));
                try (Fd client = Fd.open(in, O_WRONLY)) {
                    streams.closeStdin();
                    client.write("2".getBytes(StandardCharsets.UTF_8));
                    assertEquals("2", read(screen));
                    assertFalse(cat.exit().isDone());
                }
                assertEquals(0, cat.exit().get(30, TimeUnit.SECONDS).status().shellStatus());
                streams.processEnded().get(30, TimeUnit.SECONDS);
                assertEquals("", read(screen));
            } finally {
                cat.signal(9);
                bystander.signal(9);
                bystander.exit().get(30, TimeUnit.SECONDS);
            }
        } finally {
            kernel.close();
        }
    }

    private Path fifo(String name) {
        Path path = directory.resolve(name);
        LinuxFiles.mkfifo(path, 0600);
        return path;
    }

    private static ChildProcess spawn(Reaper reaper, List<Fd> streams, String... argv) {
        return reaper.spawn(SpawnRequest.of(List.of(argv), List.of(), streams));
    }

    private static void type(Path in, String text) {
        try (Fd client = Fd.open(in, O_WRONLY)) {
            client.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String read(Fd screen) {
        byte[] buffer = new byte[100];
        return new String(buffer, 0, screen.read(buffer, 0, buffer.length), StandardCharsets.UTF_8);
    }
}
