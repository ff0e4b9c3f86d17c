package io.reaper.k8s.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.BusyboxImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Writes the image's archive to the file of the system property reaper.image. A ring of its own:
 * what scripts/kind-integration.sh loads into its nodes is made by the class that makes it for the
 * private containerd.
 */
@Tag("image")
final class ImageArchiveTest {
    @Test
    void isWritten() throws IOException {
        String file = System.getProperty("reaper.image", "");
        assertTrue(!file.isEmpty(), "name the file with -Dreaper.image=FILE");

        BusyboxImage.write(Path.of(file));

        assertTrue(Files.size(Path.of(file)) > 0);
    }
}
