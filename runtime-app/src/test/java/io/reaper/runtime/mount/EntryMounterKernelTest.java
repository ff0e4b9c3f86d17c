package io.reaper.runtime.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.testing.Root;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mounts as the stage makes them, in a mount namespace of the test's thread. */
@Tag("kernel")
class EntryMounterKernelTest {

    @TempDir Path work;

    @BeforeAll
    static void root() {
        Root.assume();
    }

    /** A kernel of 5.10: it has no mount_setattr. */
    static Syscalls old() {
        return (Syscalls)
                Proxy.newProxyInstance(
                        Syscalls.class.getClassLoader(),
                        new Class<?>[] {Syscalls.class},
                        (proxy, method, args) -> {
                            if (method.getName().equals("mountSetattr")) {
                                return (long) -Errno.ENOSYS.number();
                            }
                            try {
                                return method.invoke(Syscalls.get(), args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static String failure(Runnable mount) {
        return assertThrows(LinuxException.class, mount::run).getMessage();
    }

    @ParameterizedTest
    @CsvSource({
        "ro, 'ro,relatime'", "rw, 'rw,relatime'", "nosuid, 'rw,nosuid,relatime'",
        "nodev, 'rw,nodev,relatime'", "noexec, 'rw,noexec,relatime'", "noatime, 'rw,noatime'",
        "nodiratime, 'rw,nodiratime,relatime'", "strictatime, rw", "relatime, 'rw,relatime'",
        "nosymfollow, 'rw,relatime,nosymfollow'", "'', 'rw,relatime'", "defaults, 'rw,relatime'",
        "suid, 'rw,relatime'", "atime, 'rw,relatime'", "nostrictatime, 'rw,relatime'"
    })
    void attributes(String word, String seen) {
        for (Syscalls kernel : List.of(Syscalls.get(), old())) {
            PrivateMounts.in(
                    work,
                    kernel,
                    mounts -> {
                        Files.createDirectories(work.resolve("source"));
                        mounts.mount("/t", "tmpfs", "word", word.isEmpty() ? "defaults" : word);
                        mounts.mount("/p", "proc", "proc", word.isEmpty() ? "rw" : word);
                        // a source with other attributes shows that one is cleared
                        mounts.mount("/b", "", "source", "bind", word.isEmpty() ? "rw" : word);
                        mounts.finish();
                        assertEquals(seen, mounts.at("/t").options());
                        assertEquals("word", mounts.at("/t").source());
                        assertEquals(seen, mounts.at("/p").options());
                        assertEquals(seen, mounts.at("/b").options());
                    });
        }
    }

    @Test
    void wordsThatClearTakeAwayWhatTheSourceHas() {
        for (Syscalls kernel : List.of(Syscalls.get(), old())) {
            PrivateMounts.in(
                    work,
                    kernel,
                    mounts -> {
                        String all = "nosuid,nodev,noexec,noatime,nodiratime,nosymfollow";
                        mounts.mount("/s", "ramfs", "s", ("ro," + all).split(",", -1));
                        String source = mounts.rootfs() + "/s";
                        mounts.mount("/all", "", source, "bind");
                        mounts.mount("/rw", "", source, "bind", "rw", "exec", "symfollow");
                        mounts.mount("/dev1", "", source, "bind", "dev", "suid", "atime");
                        mounts.mount("/dir", "", source, "bind", "diratime", "strictatime");
                        assertEquals(
                                "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow",
                                mounts.at("/all").options());
                        assertEquals(
                                "rw,nosuid,nodev,noatime,nodiratime", mounts.at("/rw").options());
                        assertEquals(
                                "ro,noexec,nodiratime,relatime,nosymfollow",
                                mounts.at("/dev1").options());
                        assertEquals(
                                "ro,nosuid,nodev,noexec,nosymfollow", mounts.at("/dir").options());
                    });
        }
    }

    @Test
    void recursiveWordsReachTheMountsBelow() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.mount("/s", "tmpfs", "s");
                    mounts.mount("/s/below", "tmpfs", "s", "nodev");
                    String source = mounts.rootfs() + "/s";
                    mounts.mount("/top", "", source, "rbind", "ro");
                    mounts.mount("/all", "", source, "rbind", "rro", "rnosuid", "rdev", "rnoatime");
                    mounts.mount("/one", "", source, "bind", "rro");
                    assertEquals("ro,relatime", mounts.at("/top").options());
                    assertEquals("rw,nodev,relatime", mounts.at("/top/below").options());
                    assertEquals("ro,nosuid,noatime", mounts.at("/all").options());
                    assertEquals("ro,nosuid,noatime", mounts.at("/all/below").options());
                    assertEquals(
                            0,
                            mounts.mounted().stream()
                                    .filter(line -> line.place().equals("/one/below"))
                                    .count());
                });
        PrivateMounts.in(
                work,
                old(),
                mounts ->
                        assertTrue(
                                failure(
                                                () ->
                                                        mounts.mount(
                                                                "/t", "tmpfs", "", "rro", "ro",
                                                                "ratime"))
                                        .startsWith(
                                                "mounts[0]: error mounting \"tmpfs\" to rootfs at"
                                                        + " \"/t\": recursive options (rro, ratime)"
                                                        + " need mount_setattr of Linux 5.12:"
                                                        + " function not implemented")));
    }

    @Test
    void propagationComesLast() {
        for (Syscalls kernel : List.of(Syscalls.get(), old())) {
            PrivateMounts.in(
                    work,
                    kernel,
                    mounts -> {
                        mounts.mount("/shared", "tmpfs", "", "shared");
                        mounts.mount("/shared/below", "tmpfs", "", "private");
                        String source = mounts.rootfs() + "/shared";
                        mounts.mount("/slave", "", source, "bind", "slave");
                        mounts.mount("/rprivate", "", source, "rbind", "rprivate");
                        mounts.mount("/runbindable", "", source, "rbind", "runbindable");
                        mounts.mount("/both", "", source, "rbind", "rslave", "shared");
                        assertTrue(mounts.at("/shared").tags().startsWith("shared:"));
                        assertTrue(mounts.at("/slave").tags().startsWith("master:"));
                        assertEquals("", mounts.at("/rprivate").tags());
                        assertEquals("", mounts.at("/rprivate/below").tags());
                        assertEquals("unbindable", mounts.at("/runbindable/below").tags());
                        assertTrue(
                                mounts.at("/both").tags().matches("shared:[0-9]+ master:[0-9]+"));
                        mounts.mount("/unbindable", "tmpfs", "", "unbindable");
                        String lost = mounts.rootfs() + "/unbindable";
                        assertTrue(
                                failure(() -> mounts.mount("/x", "", lost, "bind"))
                                        .endsWith(": invalid argument"));
                        assertFalse(Files.exists(mounts.rootfs().resolve("x")));
                    });
        }
    }

    @Test
    void optionsGoToTheFilesystem() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.mount("/a", "tmpfs", "shm", "size=64k,mode=1770", "uid=7", "X-y");
                    mounts.mount(
                            "/b",
                            "tmpfs",
                            "",
                            "sync",
                            "dirsync",
                            "lazytime",
                            "mand",
                            "silent",
                            "iversion");
                    mounts.mount(
                            "/dev/pts",
                            "devpts",
                            "devpts",
                            "newinstance",
                            "ptmxmode=0666",
                            "mode=0620",
                            "gid=5");
                    mounts.mount("/dev/mqueue", "mqueue", "mqueue", "nosuid");
                    mounts.mount("/sys", "sysfs", "sysfs", "nosuid", "ro");
                    mounts.mount("/sys/fs/cgroup", "cgroup2", "cgroup", "ro");
                    assertEquals(
                            "rw,size=64k,mode=1770,uid=7",
                            mounts.at("/a").more().replace(",inode64", ""));
                    assertEquals("shm", mounts.at("/a").source());
                    String flags = mounts.at("/b").more();
                    assertTrue(flags.startsWith("rw,sync,dirsync,"), flags);
                    assertEquals("none", mounts.at("/b").source());
                    assertEquals("rw,gid=5,mode=620,ptmxmode=666", mounts.at("/dev/pts").more());
                    assertEquals("mqueue", mounts.at("/dev/mqueue").type());
                    assertEquals("ro,nosuid,relatime", mounts.at("/sys").options());
                    assertTrue(mounts.at("/sys").more().startsWith("rw"));
                    assertEquals("cgroup2", mounts.at("/sys/fs/cgroup").type());
                    assertEquals("cgroup", mounts.at("/sys/fs/cgroup").source());
                });
    }

    @Test
    void overlays() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.file("lower,1/f", "lower");
                    Files.createDirectories(work.resolve("upper"));
                    Files.createDirectories(work.resolve("wd"));
                    mounts.mount("/scratch", "tmpfs", "");
                    Path scratch = mounts.rootfs().resolve("scratch");
                    Files.createDirectories(scratch.resolve("upper"));
                    Files.createDirectories(scratch.resolve("wd"));
                    mounts.mount(
                            "/o",
                            "overlay",
                            "overlay",
                            "lowerdir=" + work + "/lower\\,1",
                            "upperdir=" + scratch + "/upper,workdir=" + scratch + "/wd",
                            "nodev");
                    assertEquals("lower", Files.readString(mounts.rootfs().resolve("o/f")));
                    assertEquals("rw,nodev,relatime", mounts.at("/o").options());
                    StringBuilder many = new StringBuilder("lowerdir=" + work + "/l0");
                    for (int i = 0; i < 20; i++) {
                        mounts.file("l" + i + "/f" + i, "x");
                        many.append(i == 0 ? "" : ":" + work + "/l" + i);
                    }
                    assertTrue(many.length() > 300);
                    mounts.mount(
                            "/many",
                            "overlay",
                            "layers",
                            many.toString(),
                            "ro",
                            "rnosuid",
                            "shared");
                    assertEquals("x", Files.readString(mounts.rootfs().resolve("many/f19")));
                    assertEquals("ro,nosuid,relatime", mounts.at("/many").options());
                    assertTrue(mounts.at("/many").tags().startsWith("shared:"));
                    String long4 = "lowerdir=" + "/x".repeat(3000);
                    assertEquals(
                            "mounts[0]: error mounting \"o\" to rootfs at \"/x\": options: argument"
                                    + " list too long",
                            failure(() -> mounts.mount("/x", "overlay", "o", long4)));
                });
    }

    @Test
    void filesAndDirectoriesAreBoundAndMissingPlacesMade() {
        PrivateMounts.in(
                work,
                mounts -> {
                    Path file = mounts.file("etc/hosts", "hosts");
                    Files.createSymbolicLink(work.resolve("link"), file);
                    Files.createDirectories(mounts.rootfs().resolve("var"));
                    Files.createSymbolicLink(mounts.rootfs().resolve("var/run"), Path.of("/run"));
                    mounts.mount("/a/b/hosts", "", "link", "bind", "ro");
                    mounts.mount("/var/run/x", "none", "etc", "rbind");
                    mounts.mount("/socket", "", "/dev/null", "bind");
                    assertEquals("hosts", Files.readString(mounts.rootfs().resolve("a/b/hosts")));
                    assertEquals("hosts", Files.readString(mounts.rootfs().resolve("run/x/hosts")));
                    assertThrows(
                            Exception.class,
                            () -> Files.writeString(mounts.rootfs().resolve("a/b/hosts"), "x"));
                    mounts.mount("/net", "", "/proc/self/ns/net", "bind");
                    assertEquals("nsfs", mounts.at("/net").type());
                    // the later one hides the earlier one
                    mounts.mount("/run/x", "tmpfs", "second");
                    assertFalse(Files.exists(mounts.rootfs().resolve("run/x/hosts")));
                    assertEquals("second", mounts.at("/run/x").source());
                    assertEquals("rwxr-xr-x", mode(mounts.rootfs().resolve("a/b")));
                });
        assertEquals(0, work.resolve("rootfs/a/b/hosts").toFile().length());
    }

    @Test
    void aTmpfsHasTheModeOfWhatItCovers() {
        PrivateMounts.in(
                work,
                mounts -> {
                    Path old = Files.createDirectories(mounts.rootfs().resolve("old"));
                    Files.setPosixFilePermissions(
                            old, PosixFilePermissions.fromString("rwxr-x---"));
                    mounts.mount("/old", "tmpfs", "");
                    mounts.mount("/new", "tmpfs", "");
                    assertEquals("rwxr-x---", mode(mounts.rootfs().resolve("old")));
                    assertEquals("rwxrwxrwx", mode(mounts.rootfs().resolve("new")));
                    mounts.mount("/old", "tmpfs", "", "mode=700");
                    assertEquals("rwx------", mode(mounts.rootfs().resolve("old")));
                });
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void whatIsInDevAndATmpfsBecomesReadOnlyLater() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.mount("/dev", "tmpfs", "dev", "ro", "nosuid");
                    mounts.mount("/dev/pts", "devpts", "devpts", "ro");
                    mounts.mount("/dev/inside", "tmpfs", "made");
                    mounts.mount("/t", "tmpfs", "t", "ro");
                    Files.createDirectories(mounts.rootfs().resolve("t/made"));
                    assertEquals("rw,nosuid,relatime", mounts.at("/dev").options());
                    assertEquals("rw,relatime", mounts.at("/dev/pts").options());
                    mounts.mount("/t", "tmpfs", "above");
                    mounts.finish();
                    assertEquals("ro,nosuid,relatime", mounts.at("/dev").options());
                    assertEquals("ro,relatime", mounts.at("/dev/pts").options());
                    assertEquals("rw,relatime", mounts.at("/dev/inside").options());
                    assertEquals("rw,relatime", mounts.at("/t").options());
                    assertEquals(
                            List.of("ro,relatime", "rw,relatime"),
                            mounts.mounted().stream()
                                    .filter(line -> line.place().equals("/t"))
                                    .map(PrivateMounts.Line::options)
                                    .toList());
                });
    }

    @Test
    void remounts() {
        for (Syscalls kernel : List.of(Syscalls.get(), old())) {
            PrivateMounts.in(
                    work,
                    kernel,
                    mounts -> {
                        mounts.mount("/t", "tmpfs", "t", "nosuid", "size=64k");
                        mounts.mount("/t", "", "", "bind", "remount", "ro");
                        assertEquals("ro,nosuid,relatime", mounts.at("/t").options());
                        mounts.mount("/t", "tmpfs", "t", "remount", "size=128k", "noexec");
                        assertEquals("rw,noexec,relatime", mounts.at("/t").options());
                        assertTrue(mounts.at("/t").more().contains("size=128k"));
                        mounts.mount("/t", "", "", "remount", "ro");
                        assertTrue(mounts.at("/t").more().startsWith("ro"));
                        assertTrue(
                                failure(() -> mounts.mount("/none", "", "", "remount", "ro"))
                                        .endsWith("open /none: no such file or directory"));
                        Files.createDirectories(mounts.rootfs().resolve("plain"));
                        assertTrue(
                                failure(
                                                () ->
                                                        mounts.mount(
                                                                "/plain", "", "", "bind", "remount",
                                                                "ro"))
                                        .endsWith(": invalid argument"));
                    });
        }
    }

    @Test
    void failuresSayWhatAndWhy() {
        PrivateMounts.in(
                work,
                mounts -> {
                    mounts.file("rootfs/file", "");
                    assertEquals(
                            "mounts[0]: error mounting \"/no/such\" to rootfs at \"/dst\": open"
                                    + " /no/such: no such file or directory",
                            failure(() -> mounts.mount("/dst", "", "/no/such", "bind")));
                    assertFalse(Files.exists(mounts.rootfs().resolve("dst")));
                    assertEquals(
                            "mounts[0]: error mounting \"tmpfs\" to rootfs at \"/dst\": option"
                                    + " \"foo=bar\": tmpfs: Unknown parameter 'foo': invalid"
                                    + " argument",
                            failure(() -> mounts.mount("/dst", "tmpfs", "", "foo=bar")));
                    assertEquals(
                            "mounts[0]: error mounting \"s\" to rootfs at \"/dst\": option"
                                    + " \"size=x\": tmpfs: Bad value for 'size': invalid argument",
                            failure(() -> mounts.mount("/dst", "tmpfs", "s", "size=x")));
                    assertEquals(
                            "mounts[0]: error mounting \"s\" to rootfs at \"/dst\": filesystem"
                                    + " \"nosuchfs\": no such device",
                            failure(() -> mounts.mount("/dst", "nosuchfs", "s")));
                    assertEquals(
                            "mounts[0]: error mounting \"/etc\" to rootfs at \"/file\": mount a"
                                    + " directory: not a directory",
                            failure(() -> mounts.mount("/file", "", "/etc", "bind")));
                    assertEquals(
                            "mounts[0]: error mounting \"/etc/passwd\" to rootfs at \"/dst\": mount"
                                    + " a file on a directory: not a directory",
                            failure(() -> mounts.mount("/dst", "", "/etc/passwd", "bind")));
                    assertTrue(
                            failure(() -> mounts.mount("/file/x", "tmpfs", ""))
                                    .endsWith("not a directory"));
                    assertEquals(List.of(), mounts.mounted());
                });
        assertFalse(Files.exists(work.resolve("rootfs/dst/x"), LinkOption.NOFOLLOW_LINKS));
    }
}
