package io.reaper.runtime.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is planned, and what is refused before anything is made. */
class MountListTest {

    private static final Path BUNDLE = Path.of("/bundle");

    private static IsolationSpec.Mount mount(
            String destination, String type, String source, String... options) {
        return PrivateMounts.entry(destination, type, source, options);
    }

    private static MountEntry planned(IsolationSpec.Mount mount) {
        return MountList.of(PrivateMounts.spec(mount), BUNDLE, true).entries().getFirst();
    }

    private static String refusal(IsolationSpec.Mount mount) {
        IsolationSpec spec = PrivateMounts.spec(mount("/a", "tmpfs", ""), mount);
        return assertThrows(SpecException.class, () -> MountList.of(spec, BUNDLE, true))
                .getMessage();
    }

    @Test
    void pathsAreMeantBelowTheRootAndSourcesBelowTheBundle() {
        assertEquals("/data", planned(mount("data", "none", "/s", "bind")).destination());
        assertEquals("/b", planned(mount("/a/../../b/.", "", "/s", "rbind")).destination());
        assertEquals("/bundle/s", planned(mount("/d", "", "s", "rbind")).source());
        assertEquals("tmp", planned(mount("/d", "tmpfs", "tmp")).source());
    }

    @Test
    void theOptionOrTheTypeMakesABind() {
        assertEquals("", planned(mount("/d", "ext4", "/s", "bind")).type());
        assertEquals("", planned(mount("/d", "bind", "/s")).type());
        assertEquals("tmpfs", planned(mount("/d", "tmpfs", "/s")).type());
        assertEquals("none", planned(mount("/d", "", "", "remount", "ro")).type());
    }

    @Test
    void controlGroupsAreMountedWhereThereIsOneKindOfThem() {
        IsolationSpec spec =
                PrivateMounts.spec(
                        mount("/t", "tmpfs", ""),
                        mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro"));
        MountList unified = MountList.of(spec, BUNDLE, true);
        assertEquals("cgroup2", unified.entries().get(1).type());
        assertEquals(List.of(), unified.passedOver());
        MountList hybrid = MountList.of(spec, BUNDLE, false);
        assertEquals(1, hybrid.entries().size());
        assertEquals(List.of("mounts[1] (cgroup on /sys/fs/cgroup)"), hybrid.passedOver());
    }

    @Test
    void refusesByName() {
        assertEquals(
                "config.json: mounts[1].destination: missing", refusal(mount("", "tmpfs", "")));
        assertEquals(
                "config.json: mounts[1].destination: \"/a/..\" is on the top of rootfs",
                refusal(mount("/a/..", "tmpfs", "")));
        assertEquals(
                "config.json: mounts[1].options: bind mounts cannot have any filesystem-specific"
                        + " options applied: \"size=1\"",
                refusal(mount("/a", "", "/s", "rbind", "size=1")));
        assertEquals(
                "config.json: mounts[1].type: missing; a bind mount has option \"bind\" or"
                        + " \"rbind\"",
                refusal(mount("/a", "", "/s", "ro")));
        assertEquals(
                "config.json: mounts[1].source: missing; a bind mount needs one",
                refusal(mount("/a", "bind", "")));
        assertEquals(
                "config.json: mounts[1].options: tmpcopyup is for mounts of type tmpfs alone",
                refusal(mount("/a", "ramfs", "", "tmpcopyup")));
        for (IsolationSpec.Mount mount :
                List.of(
                        mount("/a\0", "tmpfs", ""),
                        mount("/a", "t\0", ""),
                        mount("/a", "t", "\0"),
                        mount("/a", "t", "", "\0"))) {
            assertEquals("config.json: mounts[1]: mount field contains null byte", refusal(mount));
        }
    }

    @Test
    void procIsForProcsAlone() {
        assertEquals(
                "config.json: mounts[1].destination: \"/proc\" cannot be mounted because it is"
                        + " not of type proc",
                refusal(mount("/x/../proc/", "tmpfs", "")));
        assertEquals(
                "config.json: mounts[1].destination: \"/proc/self\" cannot be mounted because it"
                        + " is inside /proc",
                refusal(mount("proc/self", "", "/s", "bind")));
        assertEquals(
                "config.json: mounts[1].destination: \"/proc/stat\" cannot be mounted because it"
                        + " is inside /proc",
                refusal(mount("/proc/stat", "tmpfs", "")));
        planned(mount("/proc/stat", "", "/s", "bind"));
        planned(mount("/proc", "", "/proc", "rbind"));
        planned(mount("/process", "tmpfs", ""));
    }
}
