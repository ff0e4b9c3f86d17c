package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lifecycle of runtime-spec 1.3, runtime.md; every case also suits another runtime. */
@Tag("kernel")
@Tag("smoke")
class LifecycleKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    @Test
    void theDocumentedSequence() {
        TestBundle bundle = runtime.script("trap 'exit 3' TERM; while :; do sleep 0.1; done");
        assertEquals("", runtime.ok("create", runtime.id(), "--bundle", bundle.toString()));

        JsonNode created = runtime.state(runtime.id());
        long pid = created.get("pid").asLong();
        assertEquals("created", created.get("status").asText());
        assertEquals(runtime.id(), created.get("id").asText());
        assertEquals(bundle.toString(), created.get("bundle").asText());
        assertEquals(bundle.dir().resolve("rootfs").toString(), created.get("rootfs").asText());
        assertTrue(created.get("ociVersion").asText().startsWith("1."));
        assertFalse(Instant.parse(created.get("created").asText()).isAfter(Instant.now()));
        assertTrue(lives(pid), "the real pid from create on");
        assertFalse(text(Path.of("/proc/" + pid + "/cmdline")).contains("trap"), "not yet run");

        assertEquals("", runtime.ok("start", runtime.id()));
        JsonNode running = runtime.state(runtime.id());
        assertEquals("running", running.get("status").asText());
        assertEquals(pid, running.get("pid").asLong());
        // start sees the old program go; the kernel shows the new one's arguments a moment later
        await("the shell", () -> text(Path.of("/proc/" + pid + "/cmdline")).contains("trap"));

        assertEquals("", runtime.ok("kill", runtime.id(), "15"));
        awaitEnd(pid);
        assertEquals("", runtime.ok("delete", runtime.id()));
        assertTrue(runtime.refused("state", runtime.id()).contains("does not exist"));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void verbsAreRefusedInTheWrongState() {
        String bundle = runtime.script("exec sleep 1000").toString();
        runtime.ok("create", "--bundle", bundle, runtime.id());
        assertTrue(
                runtime.refused("create", "-b", bundle, runtime.id()).contains("already exists"));
        runtime.ok("start", runtime.id());
        assertNotEquals("", runtime.refused("start", runtime.id()));
        assertTrue(runtime.refused("delete", runtime.id()).contains("not stopped"));
        long pid = runtime.state(runtime.id()).get("pid").asLong();
        runtime.ok("kill", runtime.id(), "KILL");
        awaitEnd(pid);
        JsonNode stopped = runtime.state(runtime.id());
        assertEquals("stopped", stopped.get("status").asText());
        assertEquals(0, stopped.get("pid").asLong());
        assertTrue(runtime.refused("kill", runtime.id(), "TERM").contains("container not running"));
        assertNotEquals("", runtime.refused("start", runtime.id()));
        runtime.ok("kill", "--all", runtime.id(), "9");
        runtime.ok("delete", runtime.id());
        runtime.ok("create", runtime.id(), "--bundle", bundle); // the id is free again
        runtime.ok("delete", runtime.id()); // and a created one is killed first
    }

    @Test
    void laterChangesOfTheBundleHaveNoEffect() {
        Path out = runtime.work().resolve("pid");
        TestBundle bundle = runtime.script("exec sleep 1000");
        runtime.ok("create", "--pid-file", out.toString(), "-b", bundle.toString(), runtime.id());
        long pid = runtime.state(runtime.id()).get("pid").asLong();
        assertEquals(Long.toString(pid), text(out));
        bundle.write("{}");
        runtime.ok("start", runtime.id());
        Path program = Path.of("/proc/" + pid + "/cmdline"); // the shell's at first
        RuntimeExtension.await("sleep", () -> text(program).equals("sleep\0001000\0"));
        runtime.ok("delete", "--force", runtime.id());
        assertFalse(lives(pid));
        runtime.ok("delete", "--force", runtime.id());
    }

    @Test
    void signalsAreKnownByNumberAndName() {
        Path out = runtime.work().resolve("out");
        TestBundle bundle =
                runtime.script(
                        "for s in HUP USR1 USR2 INT; do trap \"echo $s >&3\" $s; done;"
                                + " exec 3>"
                                + out
                                + "; echo ready >&3; while :; do sleep 0.02; done");
        if (RuntimeExtension.isPeer()) {
            return; // its rootfs has no way to the file
        }
        runtime.ok("run", "-d", "-b", bundle.toString(), runtime.id());
        awaitLine(out);
        for (String signal : new String[] {"1", "sigusr1", "Usr2", "SIGINT"}) {
            long before = text(out).lines().count();
            runtime.ok("kill", runtime.id(), signal);
            await(signal, () -> text(out).lines().count() > before);
        }
        assertEquals("ready\nHUP\nUSR1\nUSR2\nINT\n", text(out));
    }
}
