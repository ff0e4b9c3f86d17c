package io.reaper.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {
    @Test
    void whatIsNotThereHoldsNothing(@TempDir Path directory) throws IOException {
        Path parent = Files.createDirectory(directory.resolve("parent"));
        Path entry = Files.createFile(parent.resolve("entry"));

        assertEquals(List.of(entry), Listing.of(parent));
        assertEquals(List.of(entry.toString()), Listing.names(parent));
        assertEquals(List.of(), Listing.of(entry));
        assertEquals(List.of(), Listing.of(directory.resolve("absent")));
    }
}
