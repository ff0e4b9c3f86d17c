package io.reaper.runtime.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever {@code mounts} says: it is made, or refused in one line, and nothing else happens. */
@Tag("kernel")
class MountFuzzKernelTest {

    private static final int CASES_OF_A_ROOT = 25;

    @TempDir Path work;

    @BeforeAll
    static void root() {
        Root.assume();
    }

    @Test
    void anythingIsMadeOrRefusedInOneLine() throws Exception {
        String before = Files.readString(Path.of("/proc/self/mountinfo"));
        Files.writeString(work.resolve("source-file"), "x");
        Files.createDirectories(work.resolve("source/below"));
        List<Path> outside = outside();
        int[] made = new int[1];
        int[] refused = new int[1];
        int open = openFiles();
        for (int first = 0; first < MountSamples.COUNT; first += CASES_OF_A_ROOT) {
            int from = first;
            Path rootfs = Files.createDirectories(work.resolve("rootfs"));
            Files.writeString(rootfs.resolve("file"), "");
            link(rootfs, "link", "/data");
            link(rootfs, "dangling", work + "/missing");
            link(rootfs, "up", "../../../../../..");
            link(rootfs, "loop", "loop");
            link(rootfs, "magic", "/proc/self/root");
            link(rootfs, "p", "/proc");
            Syscalls kernel = from % 100 == 0 ? EntryMounterKernelTest.old() : Syscalls.get();
            PrivateMounts.in(
                    work,
                    kernel,
                    mounts -> {
                        for (int seed = from; seed < from + CASES_OF_A_ROOT; seed++) {
                            for (IsolationSpec.Mount mount : MountSamples.of(seed)) {
                                if (tried(mounts, mount, seed)) {
                                    made[0]++;
                                } else {
                                    refused[0]++;
                                }
                            }
                        }
                        mounts.finish();
                    });
            remove(rootfs);
            assertEquals(outside, outside());
        }
        assertEquals(before, Files.readString(Path.of("/proc/self/mountinfo")));
        assertTrue(made[0] > MountSamples.COUNT / 2, "made " + made[0]);
        assertTrue(refused[0] > MountSamples.COUNT / 2, "refused " + refused[0]);
        assertTrue(openFiles() < open + CASES_OF_A_ROOT, "descriptors are left open");
    }

    private static boolean tried(PrivateMounts mounts, IsolationSpec.Mount mount, int seed) {
        String message;
        try {
            mounts.mount(mount);
            return true;
        } catch (SpecException e) {
            message = e.getMessage();
            assertTrue(message.startsWith("config.json: mounts[0]"), message);
        } catch (LinuxException e) {
            message = e.getMessage();
            assertTrue(message.startsWith("mounts[0]: error mounting \""), message);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + mount, e);
        }
        assertFalse(message.isBlank(), () -> "seed " + seed);
        return false;
    }

    private List<Path> outside() throws IOException {
        try (Stream<Path> all = Files.walk(work)) {
            return all.filter(path -> !path.startsWith(work.resolve("rootfs")))
                    .filter(path -> !path.startsWith(work.resolve("source")))
                    .sorted()
                    .toList();
        }
    }

    private static int openFiles() {
        String[] all = Path.of("/proc/self/fd").toFile().list();
        return all == null ? 0 : all.length;
    }

    private static void link(Path rootfs, String name, String target) throws IOException {
        Files.createSymbolicLink(rootfs.resolve(name), Path.of(target));
    }

    private static void remove(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
