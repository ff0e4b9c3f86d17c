package io.reaper.shim.program;

import io.reaper.testing.Root;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test of the installed programs; each of its methods has a shim of its own. */
@Tag("kernel")
@Timeout(300)
abstract class ShimKernelTest {

    /** The tracking cgroup is named by the id alone: another run of the test has another. */
    final String id = "shim-test-" + Long.toHexString(System.nanoTime());

    @TempDir Path directory;
    ShimProgram shim;

    @BeforeEach
    void openShim() {
        Root.assume();
        shim = new ShimProgram(directory);
    }

    @AfterEach
    void closeShim() throws Exception {
        if (shim != null) {
            shim.end();
        }
    }
}
