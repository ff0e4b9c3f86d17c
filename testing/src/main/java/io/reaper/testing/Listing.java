package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Directories of other programs, which make and remove them while a test looks. */
public final class Listing {
    private Listing() {}

    /** What is in a directory now; nothing if there is no such directory, or no longer. */
    public static List<Path> of(Path directory) {
        try {
            return read(directory);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    private static List<Path> read(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /** The same as texts, for lists of what is left. */
    public static List<String> names(Path directory) {
        return of(directory).stream().map(Path::toString).toList();
    }
}
