package io.reaper.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailureTextTest {

    @Test
    void filesAreToldInWords() {
        assertEquals(
                "/x: no such file or directory",
                FailureText.of(new UncheckedIOException(new NoSuchFileException("/x"))));
        assertEquals("/x: not a directory", FailureText.of(new NotDirectoryException("/x")));
        assertEquals("/x: permission denied", FailureText.of(new AccessDeniedException("/x")));
        assertEquals(
                "/x: directory not empty", FailureText.of(new DirectoryNotEmptyException("/x")));
        assertEquals(
                "/x: too many levels of symbolic links",
                FailureText.of(new DirectoryIteratorException(new FileSystemLoopException("/x"))));
        assertEquals(
                "/x: no space left on device",
                FailureText.of(new FileSystemException("/x", null, "No space left on device")));
        assertEquals(
                "a file: input or output failed", FailureText.of(new FileSystemException(null)));
        assertEquals("Broken pipe", FailureText.of(new IOException("Broken pipe")));
        assertEquals("input or output failed", FailureText.of(new IOException()));
        assertEquals(
                "input or output failed",
                FailureText.of(new IOException("java.lang.Error: Properties init")));
    }

    @Test
    void whatWeSayOurselvesIsLeftAsItIs() {
        assertEquals(
                "open /x.Y: not a directory",
                FailureText.of(
                        new CompletionException(
                                new LinuxException("open", "/x.Y", Errno.ENOTDIR))));
    }

    @Test
    void aMistakeOfOursIsFoundByItsPlaceInWords() {
        String text = FailureText.of(new NullPointerException("Cannot invoke \"a.B.c()\""));
        assertTrue(
                text.matches("internal error in failure text test, line \\d+: a value is missing"),
                text);
        assertTrue(
                FailureText.of(new IllegalStateException("the lock is lost"))
                        .endsWith(": something is out of its order (the lock is lost)"));
        assertTrue(
                FailureText.of(new AssertionError("io.reaper.X failed"))
                        .endsWith(": an assumption does not hold"));
        assertTrue(FailureText.of(new IllegalArgumentException("x".repeat(10_000))).length() < 400);
    }

    /** A message that is computed may fail itself. */
    @Test
    void theTextOfAnErrorCannotFail() {
        Throwable wicked =
                new RuntimeException() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException();
                    }
                };
        assertEquals("internal error: nothing more is known of it", FailureText.of(wicked));
        Throwable loop = new UncheckedIOException(new IOException("x"));
        for (int i = 0; i < 20; i++) {
            loop = new CompletionException(loop);
        }
        assertFalse(FailureText.of(loop).contains("Exception"));
    }
}
