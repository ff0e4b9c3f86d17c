package io.reaper.runtime.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code spec} writes runs, with a program without a terminal, here and under runc. */
@Tag("containerd")
class SpecPeerTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private Path bundle = Path.of("unset");

    @BeforeEach
    void makeBundle() throws IOException {
        bundle = Files.createDirectories(runtime.work().resolve("bundle"));
        Path bin = Files.createDirectories(bundle.resolve("rootfs/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        Files.createSymbolicLink(bin.resolve("sh"), Path.of("busybox"));
        runtime.ok("spec", "--bundle", bundle.toString());
        Path file = bundle.resolve("config.json");
        ObjectNode config = (ObjectNode) RuntimeExtension.json(Files.readString(file));
        assertTrue(config.at("/linux/namespaces").toString().contains("\"mount\""));
        ((ObjectNode) config.get("process"))
                .put("terminal", false)
                .putArray("args")
                .add("sh")
                .add("-c")
                .add("echo \"$TERM\"; exit 7");
        Files.writeString(file, config.toString());
    }

    /** Ours has no ambient capabilities: runc dropped them, too, with 1.2. */
    @Test
    void itIsWhatRuncWrites() throws Exception {
        Path theirs = Files.createDirectory(runtime.work().resolve("theirs"));
        Process runc =
                new ProcessBuilder("runc", "spec", "-b", theirs.toString())
                        .redirectErrorStream(true)
                        .start();
        assertEquals("", new String(runc.getInputStream().readAllBytes(), UTF_8));
        assertEquals(0, runc.waitFor());
        Path ours = Files.createDirectory(runtime.work().resolve("ours"));
        runtime.ok("spec", "-b", ours.toString());
        assertEquals(comparable(theirs), comparable(ours));
    }

    private static JsonNode comparable(Path dir) throws IOException {
        String document = Files.readString(dir.resolve("config.json"));
        ObjectNode config = (ObjectNode) RuntimeExtension.json(document);
        config.remove(List.of("ociVersion", "hostname"));
        ((ObjectNode) config.at("/process/capabilities")).remove("ambient");
        return config;
    }

    @Test
    void here() {
        assertEquals(
                new Result(7, "xterm\n", ""),
                runtime.run("run", "-b", bundle.toString(), runtime.id()));
    }

    @Test
    void underRunc() throws Exception {
        Path out = runtime.work().resolve("runc.out");
        Process runc =
                new ProcessBuilder(
                                "runc",
                                "--root",
                                runtime.work().resolve("runc").toString(),
                                "run",
                                "-b",
                                bundle.toString(),
                                runtime.id())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        assertTrue(runc.waitFor(2, TimeUnit.MINUTES));
        assertEquals("xterm\n", Files.readString(out));
        assertEquals(7, runc.exitValue());
    }
}
