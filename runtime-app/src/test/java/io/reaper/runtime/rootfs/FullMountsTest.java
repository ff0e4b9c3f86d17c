package io.reaper.runtime.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which procfs and sysfs are taken away where pivot_root cannot be used. */
class FullMountsTest {

    private static final String MOUNTINFO =
            """
            20 19 0:5 / /proc rw,nosuid shared:1 - proc proc rw
            21 19 0:6 / /sys rw,nosuid - sysfs sysfs rw
            22 19 0:5 /sys /mnt/part rw - proc proc rw
            23 19 0:7 / /mnt/proc rw - tmpfs proc rw
            24 19 0:5 / /mnt/a\\040b\\134c\\011d rw master:1 - proc none rw
            25 19 0:5 / /b/rootfs rw - proc proc rw
            26 19 0:5 / /b/rootfs/proc rw - proc proc rw
            27 19 0:5 / /b/rootfs2/proc rw - proc proc rw
            28 19 0:8 / /mnt/fuse rw - fuse.proc proc rw
            """;

    @Test
    void areWholeAndOutsideOfTheRootfs() {
        assertEquals(
                List.of("/proc", "/sys", "/mnt/a b\\c\td", "/b/rootfs2/proc"),
                FullMounts.outside(MOUNTINFO, "/b/rootfs"));
    }

    @Test
    void namesAreUtf8() {
        byte[] utf8 = "/mnt/\u00e4".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String place = new String(utf8, java.nio.charset.StandardCharsets.ISO_8859_1);
        String line = "20 19 0:5 / " + place + " rw - proc proc rw\n";
        assertEquals(List.of("/mnt/\u00e4"), FullMounts.outside(line, "/b"));
    }

    @Test
    void thisMachinesAreFound() {
        try (Fd procfs = Fd.open(Path.of("/proc"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            List<String> found = FullMounts.outside(Syscalls.get(), procfs, "/nowhere");
            assertTrue(found.contains("/proc"), found::toString);
        }
    }
}
