package io.reaper.runtime.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.init.step.RecordingSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done to the mounts of a new namespace, and which rootfs is refused before that. */
class RootfsTreeTest {

    private static final int NO_DESCRIPTOR = 1 << 20; // closing it is an error without effect
    private static final int MS_REC = 0x4000;
    private static final int MS_PRIVATE = 0x40000;
    private static final int MS_SLAVE = 0x80000;

    private final RecordingSyscalls recorder = new RecordingSyscalls();

    @TempDir Path work;

    private List<String> attach(RootPropagation asked) {
        recorder.answer("openat2", NO_DESCRIPTOR);
        recorder.answer("openTree", NO_DESCRIPTOR + 1);
        Fd procfs = Fd.of(NO_DESCRIPTOR + 2);
        new RootfsTree(recorder.kernel(), procfs).attach("/a/b/rootfs", Optional.ofNullable(asked));
        return recorder.calls();
    }

    private static String mount(String where, long flags) {
        return "mount(null, " + where + ", null, " + flags + ", null)";
    }

    @Test
    void mountsBecomeSlavesByDefaultAndTheParentPrivate() {
        List<String> calls = attach(null);
        assertEquals(mount("/", MS_SLAVE | MS_REC), calls.get(0));
        assertEquals(mount("/a/b", MS_PRIVATE), calls.get(1));
        assertTrue(calls.get(2).startsWith("openat2(-100, /a/b/rootfs, "), calls::toString);
        assertTrue(calls.get(3).startsWith("openTree(" + NO_DESCRIPTOR + ", , "), calls::toString);
        assertTrue(calls.get(4).startsWith("moveMount("), calls::toString);
        assertEquals(5, calls.size(), calls::toString);
    }

    @ParameterizedTest
    @EnumSource(RootPropagation.class)
    void nothingOfTheTreeStaysSharedWithTheMachine(RootPropagation asked) {
        List<String> calls = attach(asked);
        boolean cut = List.of("rslave", "rprivate", "runbindable").contains(asked.word());
        assertEquals(cut ? 0 : 1, calls.stream().filter(c -> c.startsWith("mountSetattr")).count());
    }

    @ParameterizedTest
    @CsvSource({
        "shared, 1048576, 262144",
        "slave, 524288, 524288",
        "private, 262144, 262144",
        "unbindable, 262144, 262144",
        "rshared, 1064960, 262144",
        "rslave, 540672, 524288",
        "rprivate, 278528, 262144",
        "runbindable, 278528, 262144",
    })
    void eachPropagationHasItsFlags(String word, long flags, long ofParent) {
        List<String> calls = attach(RootPropagation.named(word).orElseThrow());
        assertEquals(mount("/", flags), calls.get(0));
        assertEquals(mount("/a/b", ofParent), calls.get(1));
    }

    @Test
    void theParentIsFoundUpwards() {
        recorder.answer("mount", -Errno.EINVAL.number());
        RootfsTree tree = new RootfsTree(recorder.kernel(), Fd.of(NO_DESCRIPTOR));
        assertThrows(LinuxException.class, () -> tree.attach("/a/b/rootfs", Optional.empty()));
        assertEquals(List.of(mount("/", MS_SLAVE | MS_REC)), recorder.calls());
    }

    @Test
    void aDirectoryIsFine() throws IOException {
        Path rootfs = Files.createDirectory(work.toRealPath().resolve("rootfs"));
        RootfsPath.check(Syscalls.get(), rootfs.toString());
    }

    @Test
    void whatCannotBeARootfsIsNamed() throws IOException {
        Path real = work.toRealPath();
        Files.createFile(real.resolve("file"));
        Files.createDirectory(real.resolve("directory"));
        Files.createSymbolicLink(real.resolve("link"), Path.of("directory"));
        Files.createDirectory(real.resolve("directory/below"));
        refuses(real.resolve("none"), "invalid rootfs: open %s: no such file or directory");
        refuses(real.resolve("file"), "invalid rootfs: open %s: not a directory");
        String link =
                "invalid rootfs: not an absolute path, or a symlink: open %s: too many levels of"
                        + " symbolic links";
        refuses(real.resolve("link"), link);
        refuses(real.resolve("link/below"), link);
    }

    private static void refuses(Path rootfs, String text) {
        SpecException refused =
                assertThrows(
                        SpecException.class,
                        () -> RootfsPath.check(Syscalls.get(), rootfs.toString()));
        assertEquals(
                "config.json: root.path: " + text.replace("%s", rootfs.toString()),
                refused.getMessage());
    }
}
