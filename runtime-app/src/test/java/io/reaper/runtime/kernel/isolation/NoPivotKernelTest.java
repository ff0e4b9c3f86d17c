package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code --no-pivot}, which an initramfs needs. */
@Tag("kernel")
class NoPivotKernelTest {

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    @Test
    void theRootIsEnteredAndTheNodesProcfsIsNotThere() throws IOException {
        String script = "cat /marker; grep -c ' - proc ' /proc/self/mountinfo; hostname";
        IsolatedBundle bundle = IsolatedBundle.script(runtime.work().resolve("bundle"), script);
        bundle.linux().remove("maskedPaths");
        bundle.linux().remove("readonlyPaths");
        Files.writeString(bundle.write().inRoot("marker"), "of this image\n");
        String before = Files.readString(MOUNTS);
        assertEquals(
                new Result(0, "of this image\n1\nreaper\n", ""),
                runtime.run("run", "--no-pivot", "-b", bundle.toString(), runtime.id()));
        assertEquals(before, Files.readString(MOUNTS));
    }
}
