package io.reaper.runtime.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.seam.LinuxException;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images whose links want mounts to be elsewhere. */
@Tag("kernel")
class HostileRootKernelTest {

    @TempDir Path work;
    private Path rootfs = Path.of("unset");
    private Path victim = Path.of("unset");

    @BeforeAll
    static void root() {
        Root.assume();
    }

    @BeforeEach
    void files() throws IOException {
        rootfs = Files.createDirectories(work.resolve("rootfs"));
        victim = Files.createDirectories(work.resolve("victim/inside")).getParent();
        Files.writeString(work.resolve("source"), "source");
    }

    private void link(String name, String target) throws IOException {
        Files.createDirectories(rootfs.resolve(name).getParent());
        Files.createSymbolicLink(rootfs.resolve(name), Path.of(target));
    }

    private static String failure(Runnable mount) {
        return assertThrows(LinuxException.class, mount::run).getMessage();
    }

    /** Nothing of the node has come, gone or been covered. */
    private void nothingOutside(PrivateMounts mounts) throws IOException {
        String all = Files.readString(Path.of("/proc/thread-self/mountinfo"));
        for (String line : all.split("\n", -1)) {
            assertFalse(line.contains(" " + victim), line);
        }
        try (Stream<Path> found = Files.walk(victim)) {
            assertEquals(List.of(victim, victim.resolve("inside")), found.toList());
        }
        assertEquals(rootfs, mounts.rootfs());
    }

    /** CVE-2019-19921, CVE-2023-27561, CVE-2023-28642. */
    @ParameterizedTest
    @ValueSource(strings = {"proc", "sysfs"})
    void procAndSysfsAreMountedOnNoLink(String type) {
        PrivateMounts.in(
                work,
                mounts -> {
                    Files.createDirectories(rootfs.resolve("real/place"));
                    link("absolute", "/real/place");
                    link("relative", "real/place");
                    link("way", "/real");
                    link("out", victim.toString());
                    link("dangling", "/missing");
                    Files.writeString(rootfs.resolve("file"), "");
                    for (String destination :
                            List.of(
                                    "absolute",
                                    "relative",
                                    "way/place",
                                    "out",
                                    "dangling",
                                    "file",
                                    "way/new",
                                    "file/x")) {
                        assertEquals(
                                "mounts[0]: error mounting \"s\" to rootfs at \"/"
                                        + destination
                                        + "\": filesystem \""
                                        + type
                                        + "\" must be mounted on ordinary directory: not a"
                                        + " directory",
                                failure(() -> mounts.mount(destination, type, "s")));
                    }
                    assertEquals(List.of(), mounts.mounted());
                    mounts.mount("/way/../real/new/one", type, "s");
                    assertEquals(type, mounts.at("/real/new/one").type());
                    nothingOutside(mounts);
                });
    }

    /** CVE-2021-30465. */
    @Test
    void linksOnTheWayStayInside() {
        PrivateMounts.in(
                work,
                mounts -> {
                    link("absolute", victim.toString());
                    link("up", "../../../../../../../../.." + victim);
                    link("a/deep", "../up");
                    for (String way : List.of("absolute", "up", "a/deep")) {
                        mounts.mount("/" + way + "/inside", "tmpfs", "t");
                        mounts.mount("/" + way + "/new/" + way, "", "source", "bind");
                        nothingOutside(mounts);
                    }
                    assertEquals("tmpfs", mounts.at(victim + "/inside").type());
                });
    }

    /** CVE-2021-30465 as it was: the way is exchanged while it is walked. */
    @Test
    void aWayThatIsExchangedMeanwhileStaysInside() throws InterruptedException {
        Path way = rootfs.resolve("way");
        AtomicBoolean done = new AtomicBoolean();
        Thread attacker =
                new Thread(
                        () -> {
                            while (!done.get()) {
                                exchange(way);
                            }
                        });
        try {
            PrivateMounts.in(
                    work,
                    mounts -> {
                        Files.createDirectories(way);
                        attacker.start();
                        int made = 0;
                        for (int i = 0; i < 300; i++) {
                            try {
                                mounts.mount("/way/inside", "tmpfs", "t");
                                mounts.mount("/way/new" + i + "/x", "", "source", "bind");
                                made++;
                            } catch (LinuxException e) {
                                assertTrue(e.getMessage().startsWith("mounts[0]: error mounting "));
                            }
                        }
                        assertTrue(made > 0);
                        nothingOutside(mounts);
                    });
        } finally {
            done.set(true);
            attacker.join(); // it must not be seen by who removes the files
        }
    }

    private void exchange(Path way) {
        try {
            Path link = rootfs.resolve("link");
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, victim);
            Path kept = rootfs.resolve("kept-" + System.nanoTime());
            Files.move(way, kept);
            Files.move(link, way);
            Files.delete(way);
            Files.move(kept, way);
        } catch (IOException e) {
            // somebody made the missing directory: that is a way, too
        }
    }

    /** CVE-2024-45310. */
    @Test
    void danglingLinksMakeNothingOutside() {
        PrivateMounts.in(
                work,
                mounts -> {
                    link("file", victim + "/made-file");
                    link("directory", victim + "/made/deep");
                    link("up", "../../../../../../../.." + victim + "/made-up");
                    mounts.mount("/file", "", "source", "bind");
                    mounts.mount("/directory/more", "tmpfs", "t");
                    mounts.mount("/up", "", work.toString(), "rbind");
                    assertEquals(
                            "source",
                            Files.readString(Path.of(rootfs + "/" + victim + "/made-file")));
                    nothingOutside(mounts);
                });
        assertTrue(Files.isSymbolicLink(rootfs.resolve("file")));
    }

    @Test
    void aLinkToItselfIsNoPlace() {
        PrivateMounts.in(
                work,
                mounts -> {
                    link("loop", "loop");
                    assertTrue(
                            failure(() -> mounts.mount("/loop/x", "tmpfs", ""))
                                    .endsWith("too many levels of symbolic links"));
                });
    }

    /** CVE-2019-16884, by the name and by links of the image. */
    @Test
    void nothingCoversProc() {
        PrivateMounts.in(
                work,
                mounts -> {
                    link("p", "/proc");
                    link("a/p", "../proc");
                    link("top", ".");
                    Files.createDirectories(rootfs.resolve("proc"));
                    for (String destination : List.of("/p", "/a/p", "/top/proc")) {
                        assertTrue(
                                failure(() -> mounts.mount(destination, "tmpfs", "t"))
                                        .endsWith(
                                                "\"/proc\" cannot be mounted because it is not of"
                                                        + " type proc: invalid argument"));
                        assertTrue(
                                failure(() -> mounts.mount(destination, "", "/etc", "rbind"))
                                        .endsWith("not of type proc: invalid argument"));
                    }
                    assertTrue(
                            failure(() -> mounts.mount("/proc", "", work.toString(), "bind"))
                                    .endsWith("not of type proc: invalid argument"));
                    mounts.mount("/proc", "", "/proc", "rbind");
                    mounts.mount("/proc", "proc", "proc");
                    mounts.mount("/proc/uptime", "", "source", "bind");
                    mounts.mount("/p/meminfo", "", "source", "bind");
                    for (String below : List.of("self/attr", "sys", "self", "1/ns")) {
                        assertTrue(
                                failure(() -> mounts.mount("/p/" + below, "", "/etc", "bind"))
                                        .contains("cannot be mounted because it is inside /proc"));
                        assertTrue(
                                failure(() -> mounts.mount("/a/p/" + below, "tmpfs", "t"))
                                        .contains("cannot be mounted because it is inside /proc"));
                    }
                    assertEquals(
                            List.of("/proc", "/proc/uptime", "/proc/meminfo"),
                            mounts.mounted().stream()
                                    .map(PrivateMounts.Line::place)
                                    .distinct()
                                    .filter(place -> place.startsWith("/proc"))
                                    .filter(place -> !place.startsWith("/proc/sys"))
                                    .toList());
                });
    }

    /** CVE-2025-52881 and its like: procfs' own links lead out of every root. */
    @Test
    void magicLinksAreNotFollowed() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.mount("/proc", "proc", "proc");
                    link("magic", "/proc/self/root" + victim);
                    link("cwd", "/proc/self/cwd");
                    for (String destination :
                            List.of("/magic/inside", "/magic", "/cwd", "/cwd/x")) {
                        assertTrue(
                                failure(() -> mounts.mount(destination, "tmpfs", "t"))
                                        .endsWith("too many levels of symbolic links"));
                    }
                    nothingOutside(mounts);
                });
    }

    @Test
    void theTopIsNoPlace() {
        PrivateMounts.in(
                work,
                mounts -> {
                    link("top", "/");
                    link("dots", "../..");
                    for (String destination : List.of("/top", "/dots")) {
                        assertTrue(
                                failure(() -> mounts.mount(destination, "tmpfs", "t"))
                                        .endsWith("is on the top of rootfs: invalid argument"));
                    }
                    assertFalse(Files.exists(rootfs.resolve("x"), LinkOption.NOFOLLOW_LINKS));
                });
    }
}
