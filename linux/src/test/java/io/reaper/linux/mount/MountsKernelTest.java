package io.reaper.linux.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts come, go, and say why not. */
@Tag("kernel")
class MountsKernelTest {

    private final Syscalls syscalls = Syscalls.get();

    @BeforeAll
    static void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root: mounts");
    }

    @Test
    void mountsComeAndGo(@TempDir Path directory) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        Path target = Files.createDirectory(directory.resolve("target"));
        Mounts mounts = new Mounts(syscalls);
        try {
            Files.writeString(source.resolve("file"), "x");
            String s = source.toString();
            String t = target.toString();
            mounts.mount(new MountRequest("bind", s, t, List.of("rbind", "ro")));
            mounts.mount(new MountRequest("tmpfs", "tmpfs", t, List.of("size=1m", "nodev")));
            assertFalse(Files.exists(target.resolve("file")));
            mounts.unmountAll(target);
            mounts.mount(new MountRequest("bind", s, t, List.of("rbind", "ro")));
            assertEquals("x", Files.readString(target.resolve("file")));
            assertThrows(
                    Exception.class, () -> Files.writeString(target.resolve("other"), "read-only"));
        } finally {
            mounts.unmountAll(target);
        }
        mounts.unmountAll(target);
        mounts.unmountAll(directory.resolve("missing"));
        assertTrue(
                Files.readString(Path.of("/proc/self/mounts"))
                        .lines()
                        .noneMatch(l -> l.contains(target.toString())));
    }

    @Test
    void anOverlayOfVeryManyLayersFitsIntoOnePage(@TempDir Path directory) throws Exception {
        Path layers =
                Files.createDirectory(
                        directory.resolve("a-directory-with-a-very-long-name-".repeat(3)));
        List<String> lower = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Path layer = Files.createDirectories(layers.resolve(i + "/fs"));
            Files.writeString(layer.resolve("f" + i), "");
            lower.add(layer.toString());
        }
        Path target = Files.createDirectory(directory.resolve("target"));
        Mounts mounts = new Mounts(syscalls);
        try {
            String option = "lowerdir=" + String.join(":", lower);
            assertTrue(option.length() > 4096);
            mounts.mount(
                    new MountRequest("overlay", "overlay", target.toString(), List.of(option)));
            assertTrue(Files.exists(target.resolve("f0")) && Files.exists(target.resolve("f59")));
        } finally {
            mounts.unmountAll(target);
        }
    }

    @Test
    void aFailedMountNamesItsTarget(@TempDir Path directory) {
        MountRequest request =
                new MountRequest("bind", "/no/such", directory.toString(), List.of());
        String message =
                assertThrows(LinuxException.class, () -> new Mounts(syscalls).mount(request))
                        .getMessage();
        assertEquals(
                "mount bind /no/such on " + directory + ": no such file or directory", message);
    }
}
