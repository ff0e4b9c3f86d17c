package io.reaper.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.Isolation;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class BundleTest {

    private static final String GOOD =
            "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"a/../rootfs\"},"
                    + "\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"}}";

    @TempDir Path dir;

    @Test
    void keepsTheDocumentAndFindsRealPaths() throws IOException {
        Path real = Files.createDirectory(dir.resolve("real")).toRealPath();
        Files.writeString(real.resolve("config.json"), GOOD);
        Path link = Files.createSymbolicLink(dir.resolve("link"), real);
        Bundle bundle = Bundle.load(link, Isolation.HOST);
        assertEquals(real, bundle.directory());
        assertEquals(real.resolve("rootfs").toString(), bundle.rootfs());
        assertArrayEquals(
                GOOD.getBytes(java.nio.charset.StandardCharsets.UTF_8), bundle.document());
    }

    @Test
    void aMissingBundleIsNamed() {
        String message =
                assertThrows(
                                LinuxException.class,
                                () -> Bundle.load(dir.resolve("none"), Isolation.HOST))
                        .getMessage();
        assertTrue(message.contains(dir.resolve("none") + ": no such file or directory"), message);
    }

    @Test
    void aMissingConfigurationIsNamed() {
        String message =
                assertThrows(LinuxException.class, () -> Bundle.load(dir, Isolation.HOST))
                        .getMessage();
        assertTrue(message.contains("/config.json: no such file or directory"), message);
    }

    @Test
    void aFileIsNoBundle() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "x");
        String message =
                assertThrows(LinuxException.class, () -> Bundle.load(file, Isolation.HOST))
                        .getMessage();
        assertTrue(message.contains("not a directory"), message);
    }

    @Test
    void fiftyMegabytesAreNotRead() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(dir.resolve("config.json").toFile(), "rw")) {
            file.setLength(50L * 1024 * 1024);
        }
        String message =
                assertThrows(SpecException.class, () -> Bundle.load(dir, Isolation.HOST))
                        .getMessage();
        assertTrue(
                message.endsWith("config.json: 52428800 bytes, at most 16777216 are read"),
                message);
    }

    @Test
    void aFifoDoesNotHoldUs() {
        LinuxFiles.mkfifo(dir.resolve("config.json"), 0600);
        String message =
                assertThrows(SpecException.class, () -> Bundle.load(dir, Isolation.HOST))
                        .getMessage();
        assertTrue(message.endsWith("config.json: not a regular file"), message);
    }

    @Test
    void aDirectoryIsNoConfiguration() throws IOException {
        Files.createDirectory(dir.resolve("config.json"));
        assertThrows(SpecException.class, () -> Bundle.load(dir, Isolation.HOST));
    }
}
