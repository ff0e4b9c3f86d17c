package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard input is the machine's /dev/null in these tests, until it is the container's. */
@Tag("kernel")
class NullStreamsKernelTest {

    private static final String INPUT = "stat -L -c '%F|%t:%T' /proc/self/fd/0; ";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    @Test
    void becomeTheContainers() {
        RootBundle bundle =
                RootBundle.of(
                        runtime,
                        INPUT
                                + "test $(stat -L -c %d:%i /proc/self/fd/0) = $(stat -c %d:%i"
                                + " /dev/null) && readlink /proc/self/fd/0");
        assertEquals("character special file|1:3\n/dev/null\n", bundle.output(runtime));
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "file", "fifo", "link", "zero"})
    void stayWhereTheContainerHasNone(String kind) throws Exception {
        Path dev = Files.createDirectory(runtime.work().resolve("dev"));
        Path there = dev.resolve("null");
        switch (kind) {
            case "file" -> Files.createFile(there);
            case "fifo" -> run("mkfifo", there.toString());
            case "zero" -> run("mknod", there.toString(), "c", "1", "5");
            case "link" -> Files.createSymbolicLink(there, Path.of("/bin/busybox"));
            default -> {}
        }
        RootBundle bundle = RootBundle.of(runtime, INPUT).withoutLastMount();
        bundle.mount("/dev", "bind", dev.toString(), "bind");
        assertEquals("character special file|1:3\n", bundle.output(runtime));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(command).start().waitFor());
    }
}
