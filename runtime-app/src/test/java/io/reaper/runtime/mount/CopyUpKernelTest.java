package io.reaper.runtime.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a tmpfs with tmpcopyup holds. */
@Tag("kernel")
class CopyUpKernelTest {

    private static final int S_IFCHR = 0x2000;
    private static final int S_IFIFO = 0x1000;
    private static final int NULL = 1 << 8 | 3;

    @TempDir Path work;

    @BeforeAll
    static void root() {
        Root.assume();
    }

    /** Everything that there is to know of a tree, by path. */
    private static Map<String, String> tree(Path top) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.filter(path -> !path.equals(top)).toList()) {
                Map<String, Object> seen =
                        Files.readAttributes(
                                path,
                                "unix:mode,uid,gid,rdev,lastModifiedTime",
                                LinkOption.NOFOLLOW_LINKS);
                String content =
                        Files.isSymbolicLink(path)
                                ? Files.readSymbolicLink(path).toString()
                                : Files.isRegularFile(path) ? Files.readString(path) : "";
                found.put(
                        top.relativize(path).toString(),
                        new TreeMap<>(seen) + " " + content.length() + content.hashCode());
            }
        }
        return found;
    }

    @Test
    void everythingIsCopiedAsItIs() {
        PrivateMounts.in(
                work,
                mounts -> {
                    Path old = Files.createDirectories(mounts.rootfs().resolve("data/sub/deep"));
                    Path data = mounts.rootfs().resolve("data");
                    Files.writeString(data.resolve("file"), "content");
                    Files.writeString(data.resolve("large"), "0123456789".repeat(50_000));
                    Files.writeString(data.resolve("ümlaut"), "");
                    Files.writeString(old.resolve("own"), "x");
                    Files.setAttribute(old.resolve("own"), "unix:uid", 1234);
                    Files.setAttribute(old.resolve("own"), "unix:gid", 4321);
                    Files.setAttribute(old.resolve("own"), "unix:mode", 06751);
                    Files.setAttribute(old, "unix:mode", 01700);
                    Files.setAttribute(old, "unix:gid", 77);
                    Files.createSymbolicLink(data.resolve("out"), Path.of("/etc/passwd"));
                    Files.createSymbolicLink(data.resolve("up"), Path.of("../../.."));
                    Files.setAttribute(
                            data.resolve("up"), "unix:uid", 5, LinkOption.NOFOLLOW_LINKS);
                    Syscalls calls = Syscalls.get();
                    String place = data.toString();
                    assertEquals(0, calls.mknodat(-100, place + "/null", S_IFCHR | 0620, NULL));
                    assertEquals(0, calls.mknodat(-100, place + "/fifo", S_IFIFO | 0606, 0));
                    FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06.789012345Z"));
                    Files.setLastModifiedTime(data.resolve("file"), time);
                    Files.setLastModifiedTime(old, time);
                    Map<String, String> expected = tree(data);
                    assertEquals(10, expected.size());
                    mounts.mount("/data", "tmpfs", "t", "tmpcopyup", "size=8m");
                    assertEquals(expected, tree(data));
                    Files.delete(data.resolve("file"));
                    mounts.mount("/data", "tmpfs", "t", "tmpcopyup", "notmpcopyup");
                    assertEquals(Map.of(), tree(data));
                });
        assertTrue(Files.exists(work.resolve("rootfs/data/file")));
    }

    @Test
    void extendedAttributesAreCopied() {
        PrivateMounts.in(
                work,
                mounts -> {
                    // cap_net_raw, as setcap(8) would write it
                    mounts.mount("/data", "tmpfs", "below");
                    Path file = Files.writeString(mounts.rootfs().resolve("data/ping"), "x");
                    try (Fd fd = Fd.open(file, 0);
                            Memory value = Memory.of(20)) {
                        value.bytes().putInt(0, 0x02000001).putInt(4, 1 << 13);
                        assertEquals(
                                0,
                                Syscalls.get()
                                        .fsetxattr(
                                                fd.number(), "security.capability", value, 20, 0));
                    }
                    mounts.mount("/data", "tmpfs", "above", "tmpcopyup");
                    assertEquals("above", mounts.at("/data").source());
                    try (Fd fd = Fd.open(file, 0);
                            Memory value = Memory.of(20)) {
                        assertEquals(
                                20,
                                Syscalls.get()
                                        .fgetxattr(fd.number(), "security.capability", value, 20));
                        assertEquals(1 << 13, value.bytes().getInt(4));
                    }
                });
    }

    @Test
    void anEmptyOrMissingPlaceIsFine() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.mount("/new", "tmpfs", "t", "tmpcopyup");
                    assertEquals("tmpfs", mounts.at("/new").type());
                });
    }

    @Test
    void tooLittleSpaceIsToldAndNothingIsMounted() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.file("rootfs/data/large", "x".repeat(100_000));
                    assertEquals(
                            "mounts[0]: error mounting \"t\" to rootfs at \"/data\": tmpcopyup:"
                                    + " write large: no space left on device",
                            assertThrows(
                                            LinuxException.class,
                                            () ->
                                                    mounts.mount(
                                                            "/data",
                                                            "tmpfs",
                                                            "t",
                                                            "tmpcopyup",
                                                            "size=16k"))
                                    .getMessage());
                    assertFalse(mounts.mounted().stream().anyMatch(l -> l.place().equals("/data")));
                });
    }
}
