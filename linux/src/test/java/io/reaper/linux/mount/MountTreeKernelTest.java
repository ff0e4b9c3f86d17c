package io.reaper.linux.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees that are held by descriptors, in a mount namespace of a thread's own. */
@Tag("kernel")
class MountTreeKernelTest {

    private static final int CLONE_NEWNS = 0x20000;
    private static final Syscalls SYSCALLS = Syscalls.get();

    @TempDir Path place;

    @BeforeAll
    static void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root: mounts");
    }

    private interface Body {
        void run(MountChanges changes, Fd place) throws Exception;
    }

    private void apart(Body body) throws Exception {
        FutureTask<Void> task =
                new FutureTask<>(
                        () -> {
                            LinuxException.check(SYSCALLS.unshare(CLONE_NEWNS), "unshare", "");
                            try (Fd procfs = directory(Path.of("/proc"));
                                    Fd top = directory(Path.of("/"));
                                    Fd here = directory(place)) {
                                MountChanges changes = new MountChanges(SYSCALLS, procfs);
                                changes.propagate(top, Propagation.PRIVATE, true);
                                body.run(changes, here);
                            }
                            return null;
                        });
        new Thread(task).start();
        task.get();
        assertEquals(List.of(), lines("/proc/self/mountinfo"));
    }

    private static Fd directory(Path path) {
        return Fd.open(path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
    }

    private List<String> lines(String mountinfo) throws Exception {
        return Files.readAllLines(Path.of(mountinfo)).stream()
                .filter(line -> line.contains(" " + place + " "))
                .map(line -> line.substring(line.lastIndexOf(" " + place + " ")))
                .map(line -> line.substring(place.toString().length() + 2))
                .toList();
    }

    private List<String> seen() throws Exception {
        return lines("/proc/thread-self/mountinfo");
    }

    @Test
    void aFilesystemIsSeenOnceItIsAttached() throws Exception {
        apart(
                (changes, here) -> {
                    try (FilesystemContext context = FilesystemContext.open(SYSCALLS, "tmpfs")) {
                        context.set("source", "name");
                        context.set("size", "64k");
                        context.flag("noswap");
                        try (MountTree tree =
                                context.mount(MountAttributes.NODEV | MountAttributes.NOATIME)) {
                            assertEquals(List.of(), seen());
                            tree.attachTo(here);
                        }
                    }
                    assertEquals(
                            List.of("rw,nodev,noatime - tmpfs name rw,size=64k,noswap"), seen());
                });
    }

    @Test
    void anOptionIsRefusedInTheKernelsWords() throws Exception {
        apart(
                (changes, here) -> {
                    try (FilesystemContext context = FilesystemContext.open(SYSCALLS, "tmpfs")) {
                        assertEquals(
                                "option \"size=none\": tmpfs: Bad value for 'size': invalid"
                                        + " argument",
                                assertThrows(
                                                LinuxException.class,
                                                () -> context.set("size", "none"))
                                        .getMessage());
                    }
                    assertEquals(
                            "filesystem \"nosuch\": no such device",
                            assertThrows(
                                            LinuxException.class,
                                            () -> FilesystemContext.open(SYSCALLS, "nosuch"))
                                    .getMessage());
                });
    }

    @Test
    void attributesAndPropagationChange() throws Exception {
        apart(
                (changes, here) -> {
                    MountTree tree = MountTree.copyOf(SYSCALLS, here, true);
                    assertTrue(tree.set(MountAttributes.READ_ONLY, true));
                    tree.attachTo(here);
                    assertTrue(seen().getFirst().startsWith("ro,relatime - "), seen()::toString);
                    changes.set(
                            tree.fd(),
                            new MountAttributes(
                                    MountAttributes.NOEXEC | MountAttributes.NOATIME,
                                    MountAttributes.RDONLY | MountAttributes.ATIME));
                    assertTrue(seen().getFirst().startsWith("rw,noexec,noatime - "));
                    changes.propagate(tree.fd(), Propagation.SHARED, true);
                    assertTrue(seen().getFirst().startsWith("rw,noexec,noatime shared:"));
                    changes.propagate(tree.fd(), Propagation.UNBINDABLE, false);
                    assertThrows(
                            LinuxException.class,
                            () -> MountTree.copyOf(SYSCALLS, tree.fd(), false));
                    tree.close();
                });
    }
}
