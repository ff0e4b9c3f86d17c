package io.reaper.linux.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NamespaceFilesTest {

    private static final Path OWN = Path.of("/proc/self/ns");

    @ParameterizedTest
    @EnumSource
    void eachFileIsOfItsTypeAndTheSameAsOurOwn(NamespaceType type) {
        try (Fd file = NamespaceFiles.open(OWN.resolve(type.file()))) {
            assertEquals(Optional.of(type), NamespaceFiles.type(file));
            assertTrue(file.stat().sameFile(NamespaceFiles.own(type)));
        }
        assertEquals(Optional.of(type), NamespaceType.named(type.word()));
    }

    @Test
    void theFileOfTheChildrensPidNamespaceIsOfThatType() {
        try (Fd file = NamespaceFiles.open(OWN.resolve("pid_for_children"))) {
            assertEquals(Optional.of(NamespaceType.PID), NamespaceFiles.type(file));
            assertTrue(NamespaceFiles.isWithin(file, NamespaceFiles.own(NamespaceType.PID)));
        }
    }

    @Test
    void anotherFileIsNoNamespace() {
        try (Fd file = NamespaceFiles.open(Path.of("/dev/null"))) {
            LinuxException e = assertThrows(LinuxException.class, () -> NamespaceFiles.type(file));
            assertTrue(e.is(Errno.ENOTTY), e::getMessage);
        }
    }

    @Test
    void namesAreTheSpecifications() {
        assertEquals(Optional.empty(), NamespaceType.named("net"));
        assertEquals(Optional.empty(), NamespaceType.named("PID"));
        assertEquals(Optional.empty(), NamespaceType.named(""));
    }
}
