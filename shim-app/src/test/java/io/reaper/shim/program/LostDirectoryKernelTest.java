package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.proto.task.DeleteResponse;
import io.reaper.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** containerd calls the shim in a bundle, which it may remove before the shim has begun. */
@Tag("smoke")
class LostDirectoryKernelTest extends ShimKernelTest {

    private static final String SCRIPT = "mkdir \"$0\" && cd \"$0\" && rmdir \"$0\" && exec \"$@\"";

    private Path out() {
        return directory.resolve("out");
    }

    private Path err() {
        return directory.resolve("err");
    }

    private int inLost(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT));
        command.add(directory.resolve("lost").toString());
        command.add(Programs.shim().toString());
        command.addAll(List.of("-namespace", "n", "-id", "lost", "-address", "/nowhere"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out().toFile())
                .redirectError(err().toFile())
                .start()
                .waitFor();
    }

    /** Without what the shell of a launcher of the JVM mode says before its first line. */
    private List<String> said() throws Exception {
        return Files.readAllLines(err()).stream()
                .filter(line -> !line.contains("getcwd() failed"))
                .toList();
    }

    @Test
    void deleteNeedsNone() throws Exception {
        Path bundle = Files.createDirectory(directory.resolve("bundle"));
        assertEquals(0, inLost("-bundle", bundle.toString(), "delete"), () -> text(err()));
        assertEquals(List.of(), said());
        assertEquals(137, DeleteResponse.parseFrom(Files.readAllBytes(out())).getExitStatus());
    }

    @Test
    void startSaysThatItsBundleIsGone() throws Exception {
        assertEquals(1, inLost("start"));
        assertEquals(1, said().size(), () -> text(err()));
        assertTrue(said().getFirst().contains("the current directory has been removed"));
        assertEquals(0, Files.size(out()));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
