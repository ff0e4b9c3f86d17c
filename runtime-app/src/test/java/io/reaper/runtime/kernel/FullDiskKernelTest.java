package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.runtime.kernel.FullDisk.Lack;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The state directory's file system has no inode or no block left, or cannot be written to. */
@Tag("kernel")
class FullDiskKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private String create(String script) {
        runtime.ok("create", "-b", runtime.script(script).toString(), runtime.id());
        return runtime.id();
    }

    private long pid() {
        return runtime.state(runtime.id()).get("pid").asLong();
    }

    @ParameterizedTest
    @EnumSource
    void killIsSent(Lack lack) throws IOException {
        try (FullDisk disk = new FullDisk(runtime, lack)) {
            Path out = runtime.work().resolve("out");
            String id =
                    create(
                            "trap 'sleep 1; exit 0' TERM; echo ready >"
                                    + out
                                    + "; while :; do sleep 0.05; done");
            runtime.ok("start", id);
            awaitLine(out);
            long pid = pid();
            disk.fill();
            runtime.ok("kill", id, "TERM");
            if (lack != Lack.WRITABLE) {
                runtime.ok("delete", id); // it waits: the signal is remembered
                assertEquals(List.of(), disk.left());
            }
            awaitEnd(pid);
        }
    }

    @ParameterizedTest
    @EnumSource
    void startHappens(Lack lack) throws IOException {
        try (FullDisk disk = new FullDisk(runtime, lack)) {
            Path out = runtime.work().resolve("out");
            String id = create("echo ran >" + out + "; exec sleep 1000");
            disk.fill();
            runtime.ok("start", id);
            assertEquals("ran\n", awaitLine(out));
            assertEquals("running", runtime.status(id));
            assertEquals("here\n", runtime.ok("exec", id, "/bin/sh", "-c", "echo here"));
            disk.makeRoom();
            assertEquals("running", runtime.status(id));
            assertEquals(
                    "cannot start an already running container: " + id,
                    runtime.refused("start", id));
            assertTrue(runtime.refused("delete", id).endsWith("not stopped: running"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatCannotRunFailsStartAsEver(Lack lack) throws IOException {
        try (FullDisk disk = new FullDisk(runtime, lack)) {
            Path garbage = Files.write(runtime.work().resolve("garbage"), new byte[] {1, 2});
            assertTrue(garbage.toFile().setExecutable(true, false));
            runtime.ok("create", "-b", runtime.program(garbage + "").toString(), runtime.id());
            disk.fill();
            assertEquals(
                    "unable to start container process: exec " + garbage + ": exec format error",
                    runtime.refused("start", runtime.id()));
            assertEquals("stopped", runtime.status(runtime.id()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void execsAreEndedWithTheContainer(Lack lack) throws IOException {
        try (FullDisk disk = new FullDisk(runtime, lack)) {
            String id = create("exec sleep 1000");
            runtime.ok("start", id);
            long init = pid();
            disk.fill();
            Path pidFile = runtime.work().resolve("pid");
            runtime.ok("exec", "-d", "--pid-file", pidFile.toString(), id, "sleep", "1000");
            long exec = Long.parseLong(RuntimeExtension.text(pidFile));
            if (lack == Lack.WRITABLE) {
                String line = runtime.refused("delete", "--force", id);
                assertTrue(line.contains(runtime.root() + "/" + id + "/"), line);
                assertTrue(line.endsWith(": read-only file system"), line);
                assertEquals("stopped", runtime.status(id));
            } else {
                runtime.ok("delete", "--force", id);
                assertEquals(List.of(), disk.left());
            }
            assertFalse(lives(init) || lives(exec));
        }
    }

    @ParameterizedTest
    @EnumSource
    void createLeavesNothing(Lack lack) throws IOException {
        try (FullDisk disk = new FullDisk(runtime, lack)) {
            disk.fill();
            TestBundle bundle = runtime.script("exec sleep 1000");
            runtime.refused("create", "-b", bundle.toString(), runtime.id());
            assertEquals(List.of(), disk.left());
            assertFalse(
                    Hierarchies.unifiedMount()
                            .filter(m -> Files.exists(m.resolve("reaper/" + runtime.id())))
                            .isPresent());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INODES", "BLOCKS"})
    void theExitOfARunIsTold(Lack lack) throws Exception {
        Path gate = runtime.work().resolve("gate");
        LinuxFiles.mkfifo(gate, 0600);
        try (FullDisk disk = new FullDisk(runtime, lack);
                RandomAccessFile held = new RandomAccessFile(gate.toFile(), "rw")) {
            TestBundle bundle = runtime.script("read x <" + gate + "; exit 7");
            Process run =
                    runtime.start(
                            List.of(), "run", "--keep", "-b", bundle.toString(), runtime.id());
            try {
                Path state = runtime.root().resolve(runtime.id() + "/state.json");
                await("the program", () -> RuntimeExtension.text(state).contains("\"running\""));
                disk.fill();
            } finally {
                held.writeBytes("go\n");
            }
            assertTrue(run.waitFor(2, TimeUnit.MINUTES));
            assertEquals(7, run.exitValue());
            assertEquals(7, runtime.state(runtime.id()).get("exitStatus").asInt());
        }
    }
}
