package io.reaper.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFilesTest {
    @Test
    void aFileIsHeldFromItsOpeningToItsClosing(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("log"));
        Path namesake = Files.createDirectory(directory.resolve("other")).resolve("log");
        try (var other = Files.newByteChannel(Files.createFile(namesake))) {
            assertEquals(List.of(), OpenFiles.holders(file), other::toString);
            try (var held = Files.newByteChannel(file, StandardOpenOption.APPEND)) {
                int self = Math.toIntExact(ProcessHandle.current().pid());
                assertEquals(List.of(self), OpenFiles.holders(file), held::toString);
            }
        }
        assertEquals(List.of(), OpenFiles.holders(file));
    }
}
