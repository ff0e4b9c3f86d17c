package io.reaper.runtime.init;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramLookupTest {

    @TempDir Path dir;
    private Path first;
    private Path second;

    @BeforeEach
    void twoDirectories() throws IOException {
        first = Files.createDirectory(dir.resolve("first"));
        second = Files.createDirectory(dir.resolve("second"));
    }

    private static Path file(Path directory, String name, String permissions) throws IOException {
        Path file = Files.createFile(directory.resolve(name));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private List<String> env() {
        return List.of("A=1", "PATH=" + first + ":" + second);
    }

    private static String refused(String name, List<String> env) {
        return assertThrows(ProgramNotFoundException.class, () -> ProgramLookup.find(name, env))
                .getMessage();
    }

    @Test
    void theFirstExecutableInPathWins() throws IOException {
        file(first, "prog", "rw-r--r--");
        file(second, "prog", "rwxr-xr-x");
        assertEquals(second.resolve("prog").toString(), ProgramLookup.find("prog", env()));
        file(first, "other", "rwxr-xr-x");
        file(second, "other", "rwxr-xr-x");
        assertEquals(first.resolve("other").toString(), ProgramLookup.find("other", env()));
    }

    @Test
    void aDirectoryIsNoProgram() throws IOException {
        Files.createDirectory(first.resolve("prog"));
        file(second, "prog", "rwxr-xr-x");
        assertEquals(second.resolve("prog").toString(), ProgramLookup.find("prog", env()));
        assertEquals("exec: \"" + first + "\": is a directory", refused(first.toString(), env()));
    }

    @Test
    void theReasonIsTheOneCallersKnow() throws IOException {
        assertEquals("exec: \"foo\": executable file not found in $PATH", refused("foo", env()));
        assertEquals(
                "exec: \"foo\": executable file not found in $PATH", refused("foo", List.of()));
        assertEquals(
                "exec: \"/nope\": stat /nope: no such file or directory", refused("/nope", env()));
        Path file = file(first, "data", "rw-r--r--");
        assertEquals("exec: \"" + file + "\": permission denied", refused(file.toString(), env()));
        String below = file + "/x";
        assertEquals(
                "exec: \"" + below + "\": stat " + below + ": not a directory",
                refused(below, env()));
    }

    @Test
    void nothingIsTakenFromTheCurrentDirectoryByName() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        String relative = here.relativize(first.toAbsolutePath()).toString();
        file(first, "prog", "rwxr-xr-x");
        assertEquals(
                "exec: \"prog\": cannot run executable found relative to current directory",
                refused("prog", List.of("PATH=" + relative)));
    }
}
