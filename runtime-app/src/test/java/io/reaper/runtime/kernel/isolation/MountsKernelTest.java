package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.mount.MountSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The container's mounts, by what its program sees; and a host that has none of them. */
@Tag("kernel")
class MountsKernelTest {

    private static final Path HOST = Path.of("/proc/self/mountinfo");
    private static final List<String> OLD_KERNEL =
            List.of(
                    "strace",
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    "trace=mount_setattr",
                    "-e",
                    "inject=mount_setattr:error=ENOSYS");

    /** A JVM takes a second for what an executable does in some milliseconds. */
    private static final int SLICE =
            MountSamples.COUNT / (RuntimeExtension.isExecutable() ? 20 : 200);

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private String before = "";

    @BeforeEach
    void host() throws IOException {
        before = Files.readString(HOST);
    }

    @AfterEach
    void theHostsMountsAreAsBefore() throws IOException {
        assertEquals(before, Files.readString(HOST));
    }

    private String output(MountBundle bundle) {
        return runtime.ok("run", "--bundle", bundle.written(), runtime.id());
    }

    private String refusal(MountBundle bundle) {
        return runtime.refused("create", "--bundle", bundle.written(), runtime.id());
    }

    private MountBundle looking() {
        return MountBundle.of(runtime, MountBundle.MOUNTINFO);
    }

    /** Place, options, type and source of each line that follows the root's and proc's. */
    private static String seen(String mountinfo) {
        StringBuilder seen = new StringBuilder();
        for (String line : mountinfo.split("\n", -1)) {
            String[] words = line.split(" ", -1);
            int dash = List.of(words).indexOf("-");
            if (dash > 0 && !List.of("/", "/proc").contains(words[4])) {
                String tags = String.join(" ", List.of(words).subList(6, dash));
                seen.append(words[4]).append(' ').append(words[5]).append(' ');
                seen.append(words[dash + 1]).append(' ').append(words[dash + 2]);
                seen.append(tags.isEmpty() ? "" : " +" + tags.split(":", -1)[0]).append('\n');
            }
        }
        return seen.toString();
    }

    private MountBundle various() throws IOException {
        MountBundle bundle = looking();
        Files.writeString(Files.createDirectories(bundle.dir().resolve("src")).resolve("f"), "");
        return bundle.mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755")
                .mount(
                        "/dev/pts",
                        "devpts",
                        "devpts",
                        "nosuid",
                        "noexec",
                        "newinstance",
                        "ptmxmode=0666",
                        "mode=0620",
                        "gid=5",
                        "ro")
                .mount("/dev/shm", "tmpfs", "shm", "nosuid,mode=1777".split(",", -1))
                .mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev")
                .mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro")
                .mount("/made/deep/file", "none", "src/f", "bind", "ro", "noexec")
                .mount("/made/directory", "bind", "src", "nodev", "noatime", "X-mount.mkdir")
                .mount("/t", "tmpfs", "below", "ro", "size=64k")
                .mount("/t", "tmpfs", "above", "ro", "nosymfollow", "shared");
    }

    private static String expected(String kind) {
        return """
        /dev rw,nosuid tmpfs tmpfs
        /dev/pts ro,nosuid,noexec,relatime devpts devpts
        /dev/shm rw,nosuid,relatime tmpfs shm
        /dev/mqueue rw,nosuid,nodev,noexec,relatime mqueue mqueue
        /sys ro,nosuid,nodev,noexec,relatime sysfs sysfs
        /made/deep/file ro,noexec,relatime KIND
        /made/directory rw,nodev,noatime KIND
        /t ro,relatime tmpfs below
        /t ro,relatime,nosymfollow tmpfs above +shared
        """
                .replace("KIND", kind);
    }

    /** Type and source of the filesystem that the test's files are on. */
    private static String kind(String mountinfo) {
        String[] words = mountinfo.split("\n", 2)[0].split(" ", -1);
        int dash = List.of(words).indexOf("-");
        return words[dash + 1] + " " + words[dash + 2];
    }

    @Test
    void theProgramSeesWhatWasAskedFor() throws IOException {
        String mountinfo = output(various());
        assertEquals(expected(kind(mountinfo)), seen(mountinfo));
    }

    /** Linux 5.10 and 5.11 have no mount_setattr. */
    @Test
    void anOldKernelSeesTheSame() throws IOException {
        RuntimeExtension.Result result =
                runtime.run(OLD_KERNEL, "run", "--bundle", various().written(), runtime.id());
        assertEquals(0, result.status(), result.err());
        assertEquals(expected(kind(result.out())), seen(result.out()));
        MountBundle recursive = looking().mount("/t", "tmpfs", "t", "rro");
        RuntimeExtension.Result refused =
                runtime.run(OLD_KERNEL, "create", "--bundle", recursive.written(), runtime.id());
        assertEquals(1, refused.status());
        assertTrue(
                refused.err()
                        .contains(
                                "mounts[1]: error mounting \"t\" to rootfs at \"/t\": recursive"
                                        + " options (rro) need mount_setattr of Linux 5.12:"
                                        + " function not implemented"),
                refused.err());
    }

    @Test
    void aTmpfsBeginsWithWhatItCovers() throws IOException {
        MountBundle bundle =
                MountBundle.of(runtime, "cat /data/f; stat -c %a:%u:%F /data/f /data/link /data")
                        .mount("/data", "tmpfs", "t", "tmpcopyup");
        Files.createDirectories(bundle.inRoot("data"));
        Files.setAttribute(bundle.inRoot("data"), "unix:mode", 0711);
        Files.writeString(bundle.inRoot("data/f"), "content\n");
        Files.setAttribute(bundle.inRoot("data/f"), "unix:uid", 12);
        Files.setAttribute(bundle.inRoot("data/f"), "unix:mode", 0640);
        bundle.link("data/link", "/etc/shadow");
        assertEquals(
                """
                content
                640:12:regular file
                777:0:symbolic link
                711:0:directory
                """,
                output(bundle));
    }

    @Test
    void refusalsAreOneLineAndNothingIsLeft() {
        MountBundle bundle = looking();
        assertTrue(
                refusal(bundle.mount("/x", "", "/no/such", "bind"))
                        .endsWith(
                                "mounts[1]: error mounting \"/no/such\" to rootfs at \"/x\": open"
                                        + " /no/such: no such file or directory"));
        assertFalse(Files.exists(bundle.inRoot("x")));
        refuses("tmpfs: Unknown parameter 'foo': invalid argument", "/x", "tmpfs", "t", "foo=1");
        refuses("\"nosuchfs\": no such device", "/x", "nosuchfs", "t");
        refuses("mount a directory: not a directory", "/bin/busybox", "bind", "/etc");
        refuses("mount a file on a directory: not a directory", "/bin", "bind", "/etc/passwd");
        refuses(
                "bind mounts cannot have any filesystem-specific options applied: \"size=1\"",
                "/x",
                "",
                "/etc",
                "rbind",
                "size=1");
        refuses("\"/\" is on the top of rootfs", "/", "tmpfs", "t");
        refuses(
                "\"/proc\" cannot be mounted because it is not of type proc",
                "/proc",
                "tmpfs",
                "t");
        refuses(
                "\"/proc/self\" cannot be mounted because it is inside /proc",
                "/proc/self",
                "tmpfs",
                "t");
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    private void refuses(
            String end, String destination, String type, String source, String... options) {
        String said = refusal(looking().mount(destination, type, source, options));
        assertTrue(said.endsWith(end), said);
        assertTrue(said.contains("mounts[1]"), said);
    }

    /** CVE-2019-19921, CVE-2023-27561, CVE-2023-28642; CVE-2019-16884. */
    @Test
    void anImageDoesNotMoveProc() throws IOException {
        MountBundle proc = looking().link("proc", "/elsewhere");
        Files.createDirectories(proc.inRoot("elsewhere"));
        String said = refusal(proc);
        assertTrue(
                said.endsWith(
                        "filesystem \"proc\" must be mounted on ordinary directory: not a"
                                + " directory"),
                said);
        MountBundle sys = looking().link("sys", "elsewhere").mount("/sys", "sysfs", "sysfs");
        Files.createDirectories(sys.inRoot("elsewhere"));
        assertTrue(refusal(sys).contains("filesystem \"sysfs\" must be mounted on ordinary"));
        MountBundle cover = looking().link("p", "/proc").mount("/p", "tmpfs", "t");
        assertTrue(refusal(cover).contains("\"/proc\" cannot be mounted because it is not"));
        MountBundle below = looking().link("p", "/proc").mount("/p/self/attr", "tmpfs", "t");
        assertTrue(refusal(below).contains("cannot be mounted because it is inside /proc"));
    }

    /** CVE-2021-30465, CVE-2024-45310. */
    @Test
    void linksOfAnImageLeadNowhereElse() throws IOException {
        Path victim = Files.createDirectories(runtime.work().resolve("victim"));
        MountBundle bundle =
                looking()
                        .link("absolute", victim.toString())
                        .link("up", "../../../../../../.." + victim)
                        .link("dangling", victim + "/made")
                        .mount("/absolute/a", "tmpfs", "a")
                        .mount("/up/b", "tmpfs", "b")
                        .mount("/dangling", "bind", "/etc/passwd")
                        .mount("/x/../../../y", "tmpfs", "y");
        String mountinfo = output(bundle);
        assertEquals(
                "%1$s/a rw,relatime tmpfs a\n%1$s/b rw,relatime tmpfs b\n%1$s/made "
                        .formatted(victim),
                seen(mountinfo).substring(0, seen(mountinfo).indexOf("/made ") + 6));
        assertTrue(seen(mountinfo).endsWith("/y rw,relatime tmpfs y\n"));
        try (Stream<Path> left = Files.list(victim)) {
            assertEquals(List.of(), left.toList());
        }
        MountBundle magic =
                looking().link("m", "/proc/self/root").mount("/m" + victim, "tmpfs", "");
        assertTrue(refusal(magic).endsWith("too many levels of symbolic links"));
    }

    /** A slice of what the test of the mount package does without the program. */
    @Test
    void anythingIsMadeOrRefusedInOneLine() throws IOException {
        for (int seed = 0; seed < SLICE; seed++) {
            MountBundle bundle = MountBundle.of(runtime, "true").withoutMounts();
            Files.writeString(bundle.dir().resolve("source-file"), "");
            Files.createDirectories(bundle.dir().resolve("source/below"));
            for (IsolationSpec.Mount mount : MountSamples.of(1_000_000L + seed)) {
                bundle.mount(
                        mount.destination(),
                        mount.type(),
                        mount.source(),
                        mount.options().toArray(String[]::new));
            }
            String id = runtime.id();
            RuntimeExtension.Result result =
                    runtime.run("create", "--bundle", bundle.written(), id);
            String what = "seed " + seed + ": " + result;
            if (result.status() == 0) {
                runtime.ok("delete", "--force", id);
            } else {
                assertEquals(1, result.status(), what);
                assertTrue(result.err().contains("mounts["), what);
            }
            assertTrue(result.err().lines().count() <= 2, what); // a warning may come first
            assertFalse(Files.exists(runtime.root().resolve(id)), what);
            assertEquals(before, Files.readString(HOST), what);
            remove(bundle.dir());
        }
    }

    private static void remove(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
