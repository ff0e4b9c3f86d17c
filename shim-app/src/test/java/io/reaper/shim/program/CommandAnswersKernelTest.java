package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One list of answers, word for word, for both ways into the same commands: straight from main in
 * the executable, through the framework on the JVM.
 */
@Tag("smoke")
class CommandAnswersKernelTest extends ShimKernelTest {

    private static final String NAME = "containerd-shim-reaper-v2: ";

    private Result run(String... arguments) throws Exception {
        return shim.run(directory, new byte[0], arguments);
    }

    private void refused(String message, String... arguments) throws Exception {
        Result result = run(arguments);
        assertEquals(NAME + message + "\n", result.stderr());
        assertEquals("", result.text());
        assertEquals(1, result.status());
    }

    @Test
    void version() throws Exception {
        for (String flag : new String[] {"-v", "--v", "-version"}) {
            Result result = run(flag);
            assertTrue(
                    result.text().startsWith("containerd-shim-reaper-v2 version "), result.text());
            assertTrue(result.text().endsWith("\n"));
            assertEquals("", result.stderr());
            assertEquals(0, result.status());
        }
    }

    @Test
    void help() throws Exception {
        Result result = run("-help");
        assertEquals(0, result.status(), result.stderr());
        assertEquals("", result.stderr());
        assertTrue(result.text().startsWith("Usage:\n  containerd-shim-reaper-v2 [flags] start|"));
        assertTrue(result.text().contains("REAPER_RUNTIME_PATH"), result.text());
        assertFalse(result.text().contains("\u001b"), "no colours");
    }

    @Test
    void refusals() throws Exception {
        refused("no action: containerd runs this program; -help tells how, -v which version it is");
        refused("Unmatched argument at index 0: 'dance'", "dance");
        refused("-id: invalid container id: it is empty", "-namespace", "x", "start");
        refused("-namespace is missing", "-id", "x", "start");
        refused(
                "Invalid value for option '--start-fd': 'x' is not an int",
                "-start-fd",
                "x",
                "serve");
    }

    @Test
    void deleteOfNothing() throws Exception {
        Path bundle = Files.createDirectory(directory.resolve("b"));
        Result result = shim.delete("nothing", bundle);
        assertEquals("", result.stderr());
        assertEquals(0, result.status());
        assertEquals(137, DeleteResponse.parseFrom(result.stdout()).getExitStatus());
    }

    @Test
    void aWrongSettingIsNamed() throws Exception {
        Path settings = Files.writeString(directory.resolve("reaper.conf"), "PATH=/x\n");
        shim.environment.put("REAPER_CONFIG", settings.toString());
        refused(
                settings + " line 1: expected REAPER_X=value, found \"PATH\"",
                "-id",
                "x",
                "-namespace",
                "x",
                "start");
    }
}
